/** Where the string that begins with the quote at `start` ends: the index of its closing quote. */
function closingQuote(json: string, start: number): number {
  let i = start + 1
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1
  return i
}

const space = /\s/

/**
 * The first key that stands twice in one object of a valid JSON text, or undefined.
 * `JSON.parse` silently keeps the last of them.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = closingQuote(json, i)
      let next = end + 1
      while (space.test(json[next] ?? '')) next++
      if (json[next] === ':') {
        const key: string = JSON.parse(json.slice(i, end + 1))
        const keys = open.at(-1)
        if (keys?.has(key)) return key
        keys?.add(key)
      }
      i = end
    }
  }
  return undefined
}
