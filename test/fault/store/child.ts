import { runWords } from './resuming-words.ts'

/** `child.ts DIR [gated]`: a process of its own that runs the words experiment and prints the result as JSON. */
const [dir = '', gated] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await runWords(dir, gated === 'gated')))
