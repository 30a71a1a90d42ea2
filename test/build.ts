import { execFileSync } from 'node:child_process'

/** The end-to-end tests run the build: it is made here, once for all of them. */
export default function build(): void {
  execFileSync(process.execPath, ['bin/xp.js', '--version'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
