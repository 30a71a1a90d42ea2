import { execFileSync } from 'node:child_process'

/** The end-to-end tests run the build, as users of the package do. */
export default function build(): void {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' })
}
