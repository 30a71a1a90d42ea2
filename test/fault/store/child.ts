import { collectAgain, collectGarbage, runMany, runWords } from './resuming-words.ts'

const tasks: Readonly<Record<string, (dir: string) => Promise<object>>> = {
  once: (dir) => runWords(dir),
  gated: (dir) => runWords(dir, true),
  hundred: (dir) => runMany(dir, 100),
  gc: collectGarbage,
  'gc-again': collectAgain,
}

/** `child.ts DIR TASK`: a process of its own that prints what the task answers as JSON. */
const [dir = '', task = ''] = process.argv.slice(2)
process.stdout.write(JSON.stringify(await tasks[task]?.(dir)))
