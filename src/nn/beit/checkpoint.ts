import { blockRenames, nameOnDisk } from '../spelling.ts'

/**
 * A BEiT tensor's name on disk in `BeitForImageClassification`, from any spelling: bare `BeitModel`, old or new names.
 * Undefined for what the classifier does not use: the head of masked image modelling, and the index of relative positions
 * that old files hold and that follows from the grid.
 */
export const beitParameterName = nameOnDisk({
  backbone: 'beit.',
  head: /^classifier\./,
  renames: [
    [/^shared_position_bias\./, 'encoder.relative_position_bias.'],
    [
      /^(?:layers|encoder\.layer)\.(\d+)\.relative_position_bias\./,
      'layers.$1.attention.attention.relative_position_bias.',
    ],
    ...blockRenames,
  ],
  unused: /^lm_head\.|\.relative_position_index$/,
})
