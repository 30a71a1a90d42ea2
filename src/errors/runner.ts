import { XpError } from './xp-error.ts'

const why: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by you',
  EPERM: 'may not be read by you',
  ENOTDIR: 'is not a folder',
  EISDIR: 'is a folder, not a file',
  ELOOP: 'is a link that leads back to itself, or to a folder that it lies in',
  EILSEQ: 'has a name that is not UTF-8',
}

const remedies: Readonly<Record<string, string>> = { ELOOP: 'remove the link', EILSEQ: 'rename it' }

/** A `tree` or `file` param whose content cannot be read; `path` is what the param says. */
export function sourceUnreadable(
  stage: string,
  param: string,
  path: string,
  cause: NodeJS.ErrnoException,
  absent?: string,
): XpError {
  const at = cause.path ?? path
  const inside = at === path ? '' : ` (${param}: ${path})`
  const says = why[cause.code ?? ''] ?? `cannot be read (${cause.code})`
  // What was listed a moment ago and is not there is a link to nothing.
  const dangling = at !== path && cause.code === 'ENOENT'
  return new XpError({
    code: 'XP_SOURCE_UNREADABLE',
    exit: 'data',
    message: `${stage}.${param}: ${at} ${dangling ? 'is a link to nothing' : says}${inside}`,
    hint:
      at === path
        ? `correct stages.${stage}.with.${param}; ${absent ?? 'relative paths are relative to the file that names them'}`
        : `${dangling ? 'remove or repair the link' : (remedies[cause.code ?? ''] ?? 'give yourself permission to read it')}, or move it out of the folder`,
    details: { stage, param, path: at },
    cause,
  })
}

/** A param that names source data of a kind that it does not take. */
export const sourceKind = (stage: string, param: string, path: string, found: string, taken: string) =>
  new XpError({
    code: 'XP_SOURCE_KIND',
    exit: 'config',
    message: `${stage}.${param}: ${path} is ${found}, and ${param} takes ${taken}`,
    hint: `make ${taken} of it, and name that`,
    details: { stage, param, path },
  })

export const sourceChanged = (stage: string, root: string, files: string) =>
  new XpError({
    code: 'XP_SOURCE_CHANGED',
    exit: 'data',
    message: `${stage}: files under ${root} changed while the stage read them (${files} files); its result was not kept`,
    hint: 'run again once nothing writes there',
    details: { stage, root },
  })

export const treeNotFound = (stage: string, digest: string) =>
  new XpError({
    code: 'XP_TREE_NOT_FOUND',
    exit: 'data',
    message: `${stage}: the files with digest ${digest.slice(0, 12)} are neither a source folder of this run nor in the store`,
    hint: 'the dataset refers to a folder that no stage of this experiment reads: run its load stage in the same experiment',
    details: { digest },
  })
