import { collectGarbage, runWords } from './resuming-words.ts'

/** `child.ts DIR [gated|gc]`: a process of its own that runs the words experiment, or empties its cache; prints the result as JSON. */
const [dir = '', task] = process.argv.slice(2)
process.stdout.write(JSON.stringify(task === 'gc' ? await collectGarbage(dir) : await runWords(dir, task === 'gated')))
