// Assembles image-kernel.wat into image-kernel-bytes.ts: npm run gen:kernel
import { readFileSync, writeFileSync } from 'node:fs'
import wabt from 'wabt'

export async function assemble() {
  const source = readFileSync(new URL('./image-kernel.wat', import.meta.url), 'utf8')
  const module = (await wabt()).parseWat('image-kernel.wat', source, { simd: true })
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const pieces = (base64.match(/.{1,110}/g) ?? []).map((piece) => `  '${piece}',`)
  return [
    '// Made by image-kernel.generate.js from image-kernel.wat.',
    '',
    '/** WebAssembly that image-kernel.ts loads, base64. */',
    'export const imageKernelBase64 = [',
    ...pieces,
    "].join('')",
    '',
  ].join('\n')
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(new URL('./image-kernel-bytes.ts', import.meta.url), await assemble())
}
