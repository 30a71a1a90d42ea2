import * as tf from '@tensorflow/tfjs'
import { type AttentionOptions, attendByHead } from './attention.ts'
import { padEnd } from './pad-end.ts'
import { type Grid, relativePositionBias, relativePositionIndex } from './relative-position.ts'
import { take } from './take.ts'

/** How one layer of Swin cuts its grid; rows and columns of the grid. */
export interface Windows {
  /** A whole number of windows, at least as large as the grid. */
  readonly padded: Grid
  /** Rows and columns of one window. */
  readonly size: number
  /** Rows and columns that the grid moves up and left before it is cut. */
  readonly shift: number
}

/** As transformers: a grid within one window is that window and does not shift. */
export function windowsOf(grid: Grid, size: number, shift: number): Windows {
  const shorter = Math.min(grid.height, grid.width)
  const whole = shorter <= size
  const side = whole ? shorter : size
  const upTo = (length: number) => Math.ceil(length / side) * side
  return { padded: { height: upTo(grid.height), width: upTo(grid.width) }, size: side, shift: whole ? 0 : shift }
}

/** `[n, height, width, d]` → padded with zeros at the end and moved up and left, row for row and column for column. */
export function shifted(x: tf.Tensor4D, { padded, shift }: Windows): tf.Tensor4D {
  return rolled(padEnd(x, padded.height, padded.width), shift)
}

/** Undoes `shifted`. */
export function unshifted(x: tf.Tensor4D, { padded, shift }: Windows, { height, width }: Grid): tf.Tensor4D {
  const back = rolled(x, -shift)
  if (padded.height === height && padded.width === width) return back
  return tf.slice(back, [0, 0, 0, 0], [-1, height, width, -1])
}

/** Row i of the result is row i + shift of x, cyclically; columns likewise. */
function rolled(x: tf.Tensor4D, shift: number): tf.Tensor4D {
  if (shift === 0) return x
  const [n, height, width, d] = x.shape
  const moved = Int32Array.from({ length: height * width }, (_, i) => {
    const row = (Math.floor(i / width) + shift + height) % height
    return row * width + (((i % width) + shift + width) % width)
  })
  const tokens = tf.reshape(x, [n, height * width, d])
  return tf.reshape(take(tokens, moved, 1), x.shape)
}

export interface WindowAttention extends Pick<AttentionOptions, 'dropout'> {
  /** Divides d. */
  readonly heads: number
  readonly windows: Windows
  /** Of relative positions, `[(2 · reach − 1)², heads]`. */
  readonly table: tf.Tensor
  /** Rows and columns of the window that the table was made for, at least those of `windows`. */
  readonly reach: number
}

/**
 * Multi-head attention within each window (Liu et al. 2021, arXiv 2103.14030).
 * @param query like key and value `[n, padded height, padded width, d]`, shifted
 * @returns `[n, padded height, padded width, d]`, heads side by side, still shifted
 */
export function windowAttention(
  [query, key, value]: readonly [tf.Tensor, tf.Tensor, tf.Tensor],
  { heads, windows, table, reach, ...options }: WindowAttention,
): tf.Tensor4D {
  const { padded, size } = windows
  const [n, , , width] = query.shape as [number, number, number, number]
  const [down, across, headWidth] = [padded.height / size, padded.width / size, width / heads]
  // The transposition that splits heads cuts the windows as well.
  const split = (x: tf.Tensor) => {
    const cut = tf.reshape(x, [n, down, size, across, size, heads, headWidth])
    return tf.reshape(tf.transpose(cut, [0, 1, 3, 5, 2, 4, 6]), [n * down * across, heads, size * size, headWidth])
  }
  const bias = windowBias(windows, table, reach)
  const mixed = attendByHead(split(query), split(key), split(value), { ...options, bias })
  const cut = tf.reshape(mixed, [n, down, across, heads, size, size, headWidth])
  return tf.reshape(tf.transpose(cut, [0, 1, 4, 2, 5, 3, 6]), [n, padded.height, padded.width, width])
}

/** `[heads, tokens, tokens]`, or `[windows, heads, tokens, tokens]` where shifted windows hold tokens from far apart. */
function windowBias(windows: Windows, table: tf.Tensor, reach: number): tf.Tensor {
  const square = (side: number) => ({ height: side, width: side })
  const index = relativePositionIndex(square(windows.size), square(reach))
  const bias = relativePositionBias(table, index)
  return windows.shift === 0 ? bias : tf.add(bias, shiftMask(windows))
}

/** transformers' own number: what keeps a query from keys that were not its neighbours before the shift. */
const masked = -100

/** `[windows, 1, tokens, tokens]`: 0 within a region of the shifted grid, −100 between two. */
function shiftMask({ padded, size, shift }: Windows): tf.Tensor {
  const region = (i: number, length: number) => (i < length - size ? 0 : i < length - shift ? 1 : 2)
  const [down, across, tokens] = [padded.height / size, padded.width / size, size * size]
  const mask = new Float32Array(down * across * tokens * tokens)
  const regions = new Uint8Array(tokens)
  for (let w = 0; w < down * across; w++) {
    for (let t = 0; t < tokens; t++) {
      const row = region(Math.floor(w / across) * size + Math.floor(t / size), padded.height)
      regions[t] = row * 3 + region((w % across) * size + (t % size), padded.width)
    }
    for (let i = 0; i < tokens; i++)
      for (let j = 0; j < tokens; j++) if (regions[i] !== regions[j]) mask[(w * tokens + i) * tokens + j] = masked
  }
  return tf.tensor4d(mask, [down * across, 1, tokens, tokens])
}
