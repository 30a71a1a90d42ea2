import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/** `file:line` of the innermost stack frame outside the compiler and outside packages: the model's code. */
export function callSite(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const found = /\(?(?:file:\/\/)?(\/[^()]+|[A-Za-z]:[^()]+):(\d+):\d+\)?$/.exec(line.trim())
    const file = found?.[1]
    if (file !== undefined && !file.includes('node_modules') && !file.startsWith(`${here}/`))
      return `${file}:${found?.[2]}`
  }
  return 'an unknown place'
}
