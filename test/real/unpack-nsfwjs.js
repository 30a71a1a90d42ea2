// Writes the models inside the npm package nsfwjs (MIT) as folders of tfjs: mobilenet_v2 (a layers model, uint8) and
// mobilenet_v2_mid (a graph model). Usage: node test/real/unpack-nsfwjs.js PACKAGE_FOLDER TARGET_FOLDER
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'

const [packageFolder = '', target = ''] = process.argv.slice(2)
const load = createRequire(import.meta.url)
for (const name of ['mobilenet_v2', 'mobilenet_v2_mid']) {
  const from = resolve(packageFolder, 'dist/models', name)
  const to = join(target, name)
  mkdirSync(to, { recursive: true })
  writeFileSync(join(to, 'model.json'), JSON.stringify(load(join(from, 'model.min.js'))))
  // A shard is a script whose export is its bytes in base64.
  for (const file of readdirSync(from).filter((entry) => /^group.*\.min\.js$/.test(entry)))
    writeFileSync(join(to, file.replace('.min.js', '')), Buffer.from(load(join(from, file)), 'base64'))
}
