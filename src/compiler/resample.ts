/** How tfjs's image resizing maps an output position to the input (its cpu kernels, after TensorFlow's). */
export interface Resampling {
  readonly method: 'nearest' | 'bilinear'
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
}

/** `[to, from]`, row-major: the share of each input position in each output position, along one axis. */
export function resampleMatrix(from: number, to: number, resampling: Resampling): Float32Array {
  const { method, alignCorners, halfPixelCenters } = resampling
  const corners = alignCorners && to > 1
  const ratio = corners ? (from - 1) / (to - 1) : from / to
  const matrix = new Float32Array(to * from)
  const share = (row: number, column: number, part: number) => {
    const i = row * from + Math.min(Math.max(column, 0), from - 1)
    matrix[i] = (matrix[i] ?? 0) + part
  }
  for (let row = 0; row < to; row++) {
    const center = halfPixelCenters ? ratio * (row + 0.5) : ratio * row
    if (method === 'nearest') {
      share(row, alignCorners ? Math.round(center) : Math.floor(center), 1)
      continue
    }
    const place = halfPixelCenters ? center - 0.5 : center
    const floor = Math.floor(place)
    share(row, floor, 1 - (place - floor))
    share(row, floor + 1, place - floor)
  }
  return matrix
}
