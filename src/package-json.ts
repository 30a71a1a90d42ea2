import { readFileSync } from 'node:fs'

interface PackageJson {
  readonly name: string
  readonly version: string
  /** `node` is `>=major.minor`. */
  readonly engines: { readonly node: string }
  readonly oclif: object
}

/** xp's own package.json, which lies beside `src/` and `dist/`. */
export const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as PackageJson
