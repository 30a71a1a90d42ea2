import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The nearest folder from `folder` upwards that holds a package.json or .git; else `folder` itself. */
export function projectRoot(folder: string): string {
  const start = resolve(folder)
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json')) || existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return start
  }
}

/** Where results are kept: `XP_STORE`, else `.xp` in the project's root. `folder` is that of the YAML file. */
export const storeDirectory = (folder: string, env: NodeJS.ProcessEnv): string =>
  env.XP_STORE ? resolve(env.XP_STORE) : join(projectRoot(folder), '.xp')

/** Where runs are recorded: `runs` in the project's root. */
export const runsDirectory = (folder: string): string => join(projectRoot(folder), 'runs')
