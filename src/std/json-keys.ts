/**
 * The first key that stands twice in one object of a valid JSON text, or undefined.
 * `JSON.parse` silently keeps the last of them.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (text !== undefined && colon !== undefined) {
      const key: string = JSON.parse(text)
      const keys = open.at(-1)
      if (keys?.has(key)) return key
      keys?.add(key)
    }
  }
  return undefined
}
