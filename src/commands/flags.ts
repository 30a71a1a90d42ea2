import { Args, Flags } from '@oclif/core'

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
    default: [],
  }),
  set: Flags.string({
    description: 'replace one value, e.g. stages.train.with.epochs=5; paths in it are relative to the current folder',
    helpValue: 'a.b=value',
    multiple: true,
    multipleNonGreedy: true,
    default: [],
  }),
}
