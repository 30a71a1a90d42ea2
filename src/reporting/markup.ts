const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text made safe for element content and quoted attributes; control characters, which HTML forbids, become �. */
export const escapeText = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '�')
    .replace(/[&<>"']/g, (c) => entities[c] ?? c)

/** Markup that needs no more escaping. Made only by `html` and `trusted`. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Marks text of our own making (an SVG, a style sheet) as markup. */
export const trusted = (text: string): Markup => new Markup(text)

export type Content = string | number | Markup | undefined | false | readonly Content[]

const render = (content: Content): string => {
  if (content === undefined || content === false) return ''
  if (content instanceof Markup) return content.text
  return typeof content === 'object' ? content.map(render).join('') : escapeText(String(content))
}

/** A template whose values are escaped unless they are markup already. */
export const html = (literals: TemplateStringsArray, ...values: readonly Content[]): Markup =>
  new Markup(literals.reduce((out, literal, i) => out + render(values[i - 1]) + literal))
