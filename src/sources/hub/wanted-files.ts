import { nothingInRepo } from '../../errors/hub.ts'
import { noSafetensorsInRepo } from '../../errors/weights.ts'
import { isClutter } from '../../std/tree.ts'
import { type RepoPlace, repoTitle } from './repo-place.ts'

/** What `model/pretrained` reads of a checkpoint; the rest of a repository is other frameworks' copies of it. */
const modelFiles = ['config.json', 'preprocessor_config.json']
const wholeWeights = 'model.safetensors'
const shardIndex = 'model.safetensors.index.json'
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/
const pickle = /\.(bin|pt|pth|ckpt)$/

/** Data, as far as names tell: no hidden files, and none of what describes a repository. */
const isData = (path: string) => !path.split('/').some(isClutter) && !/\.(md|py)$/i.test(path)

const below = (folder: string, path: string) =>
  folder === '' ? path : path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined

/**
 * The files that a place on the hub stands for, of all that are in its repository.
 * @throws XpError when they are not there
 */
export function wantedFiles<F extends { readonly path: string }>(place: RepoPlace, files: readonly F[]): readonly F[] {
  const { type, path } = place
  const repo = repoTitle(place)
  const single = files.filter((file) => file.path === path)
  if (single.length > 0) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1)
    const beside = type === 'model' ? modelFiles.map((name) => folder + name) : []
    return files.filter((file) => file.path === path || beside.includes(file.path))
  }
  const inside = files.filter((file) => below(path, file.path) !== undefined)
  if (type === 'dataset') {
    const data = inside.filter((file) => isData(file.path))
    if (data.length === 0) throw nothingInRepo(repo, path, 'files of data')
    return data
  }
  const nameOf = (file: F) => below(path, file.path) ?? ''
  const names = inside.map(nameOf)
  const isSharded = !names.includes(wholeWeights) && names.includes(shardIndex)
  if (!isSharded && !names.includes(wholeWeights))
    throw noSafetensorsInRepo(
      path === '' ? repo : `${repo}/${path}`,
      names.find((name) => pickle.test(name)),
    )
  const taken = (name: string) =>
    modelFiles.includes(name) || (isSharded ? name === shardIndex || shard.test(name) : name === wholeWeights)
  return inside.filter((file) => taken(nameOf(file)))
}
