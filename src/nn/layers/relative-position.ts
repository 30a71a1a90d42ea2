import * as tf from '@tensorflow/tfjs'
import { take } from './take.ts'

export interface Grid {
  readonly height: number
  readonly width: number
}

/**
 * For each two positions i, j of a grid, both row by row, the entry of i − j in a table of all offsets between positions
 * of a `reach` grid, row by row: Swin (Liu et al. 2021, arXiv 2103.14030) and BEiT.
 * @returns `[tokens · tokens]`
 */
export function relativePositionIndex(grid: Grid, reach: Grid = grid): Int32Array {
  const tokens = grid.height * grid.width
  const index = new Int32Array(tokens * tokens)
  for (let i = 0; i < tokens; i++)
    for (let j = 0; j < tokens; j++) {
      const down = Math.floor(i / grid.width) - Math.floor(j / grid.width) + reach.height - 1
      const right = (i % grid.width) - (j % grid.width) + reach.width - 1
      index[i * tokens + j] = down * (2 * reach.width - 1) + right
    }
  return index
}

/**
 * What attention adds to its scores.
 * @param table `[entries, heads]`
 * @param index `[tokens · tokens]`, an entry of the table for each query and key
 * @returns `[heads, tokens, tokens]`
 */
export function relativePositionBias(table: tf.Tensor, index: Int32Array): tf.Tensor {
  const tokens = Math.sqrt(index.length)
  const heads = table.shape[1] as number
  return tf.reshape(tf.transpose(take(table, index, 0)), [heads, tokens, tokens])
}
