const sizes: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
}
const ages: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 7 * 86_400e3 }

function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, number = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? []
  const factor = units[unit.toLowerCase()]
  return number === '' || factor === undefined ? undefined : Number(number) * factor
}

/** Bytes of `20GB` or `512 MiB`; undefined for another text. */
export const parseSize = (text: string): number | undefined => quantity(text, sizes)

/** Milliseconds of `30d`, `12h`, `10m`; undefined for another text. */
export const parseAge = (text: string): number | undefined => quantity(text, ages)
