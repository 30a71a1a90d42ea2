import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { digestTree } from '../std/hash.ts'
import { listFile, readOneFile } from './folder.ts'
import type { SourceKind } from './source.ts'

/** Files of the same folder that say what the tensors are. */
const companions = ['config.json', 'preprocessor_config.json']

/** One file of weights, with what describes it beside it; the rest of its folder does not count. */
export const safetensorsKind: SourceKind = {
  name: 'safetensors',
  title: 'a .safetensors file',
  claims: async (value) =>
    /\.safetensors$/i.test(value) && (await stat(value).catch(() => undefined))?.isFile() === true,
  async read(file, scope) {
    const root = dirname(file)
    const paths = [file, ...companions.map((name) => join(root, name)).filter((path) => existsSync(path))]
    const read = await Promise.all(paths.map((path) => readOneFile(path, scope)))
    const files = read.flatMap((one) => one.files)
    const list = () => paths.flatMap(listFile)
    return {
      root,
      named: join(root, basename(file)),
      digest: digestTree(files),
      files,
      listed: read.flatMap((one) => one.listed),
      list,
    }
  },
}
