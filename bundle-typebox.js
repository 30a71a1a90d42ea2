// `node bundle-typebox.js DIST`: typebox is 374 small modules, which take 0.1 s to load. The build gets it as one file.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { build } from 'esbuild'

const dist = process.argv[2]
const bundle = join(dist, 'typebox.js')
await build({
  stdin: { contents: "export { Type } from 'typebox'", resolveDir: import.meta.dirname },
  bundle: true,
  format: 'esm',
  outfile: bundle,
  logLevel: 'error',
})
for (const file of readdirSync(dist, { recursive: true })) {
  if (!file.endsWith('.js')) continue
  const path = join(dist, file)
  const text = readFileSync(path, 'utf8')
  const from = relative(dirname(path), bundle).replace(/^(?!\.)/, './')
  const bundled = text.replace(/^((?:im|ex)port \{ Type \} from )'typebox'/gm, `$1'${from}'`)
  if (bundled !== text) writeFileSync(path, bundled)
}
