import { Args, Flags } from '@oclif/core'
import type { Changes } from '../config/load-experiment.ts'

export const experimentArg = {
  file: Args.string({ description: 'the experiment, a YAML file', required: true }),
}

/** What the command line changes of an experiment. */
export const changeFlags = {
  variant: Flags.string({
    description: "lay one of the experiment's `variants` over it; several in order",
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
  }),
  vars: Flags.string({
    description: "lay the variables of a YAML file over the experiment's `vars`; several in order",
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  'set-file': Flags.string({
    description: 'replace one value by what a YAML or JSON file holds',
    helpValue: 'a.b=FILE',
    multiple: true,
    multipleNonGreedy: true,
  }),
  set: Flags.string({
    description: 'replace one value, e.g. stages.train.with.epochs=5; paths in it are relative to the current folder',
    helpValue: 'a.b=value',
    multiple: true,
    multipleNonGreedy: true,
  }),
}

/** The flags' values as the loader takes them. */
export const changesOf = (flags: {
  readonly variant: readonly string[] | undefined
  readonly vars: readonly string[] | undefined
  readonly 'set-file': readonly string[] | undefined
  readonly set: readonly string[] | undefined
}): Changes => {
  const { variant = [], vars = [], 'set-file': setFile = [], set = [] } = flags
  return { variant, vars, setFile, set }
}
