import { html, type Markup } from './markup.ts'

/** Data URIs of thumbnails, by the example's file. */
export type Pictures = ReadonlyMap<string, string>

export function picture(pictures: Pictures, file: string): Markup {
  const uri = pictures.get(file)
  return uri === undefined
    ? html`<div class="picture absent">not readable</div>`
    : html`<img class="picture" src="${uri}" alt="${file}">`
}
