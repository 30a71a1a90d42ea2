import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))

/** Where the source maps of tfjs's packages, when they are read, say that its code is. */
const tfjsSources = /\/tfjs-(?:core|layers|backend-[a-z]+)\/src\//

const isPackage = (file: string): boolean => file.includes('node_modules') || tfjsSources.test(file)

/** `file:line` of the innermost stack frame outside the compiler and outside packages: the model's code. */
export function callSite(): string {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 100
  const stack = new Error().stack ?? ''
  Error.stackTraceLimit = limit
  for (const line of stack.split('\n').slice(1)) {
    const found = /\(?(?:file:\/\/)?(\/[^()]+|[A-Za-z]:[^()]+):(\d+):\d+\)?$/.exec(line.trim())
    const file = found?.[1]
    if (file !== undefined && !isPackage(file) && !file.startsWith(`${here}/`)) return `${file}:${found?.[2]}`
  }
  return 'an unknown place'
}
