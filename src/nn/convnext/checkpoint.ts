import { nameOnDisk } from '../spelling.ts'

/** A ConvNeXt tensor's name in `ConvNextForImageClassification`, from its own or from a bare `ConvNextModel`. */
export const convNextParameterName = nameOnDisk({
  backbone: 'convnext.',
  head: /^classifier\./,
  renames: [],
  unused: /(?!)/,
})
