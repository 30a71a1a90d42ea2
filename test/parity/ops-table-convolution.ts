import * as tf from '@tensorflow/tfjs'
import type { OpCase } from './ops-table.ts'

type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding
type Sides = readonly [top: number, bottom: number, left: number, right: number]

const explicit = ([top, bottom, left, right]: Sides): Padding => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

interface Geometry {
  readonly image: readonly [number, number]
  readonly kernel: readonly [number, number]
  readonly strides?: number | [number, number]
  readonly pad: Padding
  readonly dilations?: number | [number, number]
}

const geometries: readonly Geometry[] = [
  { image: [5, 6], kernel: [1, 1], pad: 'same' },
  { image: [5, 6], kernel: [1, 1], strides: 2, pad: 'valid' },
  { image: [5, 6], kernel: [1, 1], strides: 2, pad: 1 },
  { image: [5, 7], kernel: [3, 3], pad: 'same' },
  { image: [5, 7], kernel: [3, 2], pad: 'valid' },
  { image: [6, 5], kernel: [3, 3], strides: 2, pad: 'same' },
  { image: [7, 8], kernel: [3, 3], strides: 2, pad: 1 },
  { image: [9, 8], kernel: [7, 7], strides: 2, pad: 3 },
  { image: [6, 5], kernel: [3, 3], strides: [1, 2], pad: explicit([2, 0, 1, 2]) },
  { image: [5, 6], kernel: [2, 3], strides: 1, pad: explicit([0, 2, 3, 0]) },
  { image: [7, 9], kernel: [2, 3], strides: 3, pad: 'valid' },
  { image: [4, 6], kernel: [2, 2], strides: 2, pad: 'valid' },
  { image: [6, 6], kernel: [2, 3], strides: [2, 3], pad: 'valid' },
]
const dilated: readonly Geometry[] = [
  { image: [7, 8], kernel: [3, 2], pad: 'same', dilations: 2 },
  { image: [9, 7], kernel: [2, 3], pad: 'valid', dilations: [3, 2] },
]

const named = (op: string, geometry: Geometry, more = ''): string => `${op}${more} ${JSON.stringify(geometry)}`

const convolution = (geometry: Geometry, channels: number, outputs: number): OpCase => ({
  name: named('conv2d', geometry, ` ${channels} → ${outputs}`),
  shapes: [
    [2, ...geometry.image, channels],
    [...geometry.kernel, channels, outputs],
  ],
  // tfjs has no gradient of a dilated convolution.
  gradient: geometry.dilations === undefined,
  run: (x, w) => {
    const { strides = 1, pad, dilations = 1 } = geometry
    return tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad, 'NHWC', dilations)
  },
})

const depthwise = (geometry: Geometry, multiplier: number): OpCase => ({
  name: named('depthwiseConv2d', geometry, ` × ${multiplier}`),
  shapes: [
    [2, ...geometry.image, 3],
    [...geometry.kernel, 3, multiplier],
  ],
  gradient: geometry.dilations === undefined,
  run: (x, w) => {
    const { strides = 1, pad, dilations = 1 } = geometry
    return tf.depthwiseConv2d(
      x as tf.Tensor4D,
      w as tf.Tensor4D,
      strides as number,
      pad as 'same',
      'NHWC',
      dilations as number,
    )
  },
})

const equalStrides = ({ strides }: Geometry): boolean => !Array.isArray(strides) || strides[0] === strides[1]

const pools: OpCase[] = [
  { size: 3, strides: 2, pad: 1 as const, image: [7, 6] },
  { size: 2, strides: 2, pad: 'valid' as const, image: [5, 6] },
  { size: [3, 2] as [number, number], strides: 1, pad: 'same' as const, image: [4, 5] },
  { size: 3, strides: 2, pad: 'same' as const, image: [6, 5] },
].flatMap(({ size, strides, pad, image }) => {
  const label = JSON.stringify({ size, strides, pad, image })
  const shapes = [[2, ...image, 3]]
  // Rounded operands have ties, which go to the first maximum.
  const rounded = (x: tf.Tensor) => tf.mul(tf.relu(tf.add(x, tf.mul(tf.sign(x), 0.5))), 1) as tf.Tensor4D
  return [
    {
      name: `maxPool ${label}`,
      shapes,
      gradient: true,
      run: (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, size, strides, pad),
    },
    {
      name: `maxPool of ties ${label}`,
      shapes,
      gradient: true,
      run: (x: tf.Tensor) => tf.maxPool(rounded(x), size, strides, pad),
    },
    {
      name: `avgPool ${label}`,
      shapes,
      gradient: true,
      run: (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, size, strides, pad),
    },
  ]
})

export const convolutionCases: readonly OpCase[] = [
  ...geometries.flatMap((geometry) => [convolution(geometry, 3, 4), convolution(geometry, 2, 1)]),
  ...dilated.map((geometry) => convolution(geometry, 3, 4)),
  // Fewer pixels than weights: the images are turned for the gradient, not the kernel.
  convolution({ image: [3, 4], kernel: [3, 3], pad: explicit([0, 2, 1, 1]) }, 6, 8),
  convolution({ image: [4, 3], kernel: [3, 2], pad: 'same' }, 7, 6),
  ...[...geometries, ...dilated].filter(equalStrides).flatMap((geometry) => [1, 2].map((m) => depthwise(geometry, m))),
  ...pools,
  {
    name: 'maxPool rounding up',
    shapes: [[1, 6, 6, 2]],
    run: (x) => tf.maxPool(x as tf.Tensor4D, 3, 2, 0, 'ceil'),
  },
  {
    name: 'conv2d rounding up',
    shapes: [
      [1, 6, 7, 2],
      [3, 3, 2, 2],
    ],
    run: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 0, 'NHWC', 1, 'ceil'),
  },
  {
    name: 'maxPool of an image framed by −∞',
    shapes: [[1, 5, 5, 2]],
    gradient: true,
    run: (x) =>
      tf.maxPool(
        tf.pad(
          x,
          [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          Number.NEGATIVE_INFINITY,
        ) as tf.Tensor4D,
        3,
        2,
        0,
      ),
  },
  {
    name: 'conv2d of channels first',
    shapes: [
      [2, 3, 5, 6],
      [3, 3, 3, 4],
    ],
    gradient: true,
    run: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 1, 'NCHW'),
  },
  {
    name: 'conv2dTranspose',
    shapes: [
      [2, 4, 3, 3],
      [3, 3, 2, 3],
    ],
    gradient: true,
    run: (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 6, 2], 2, 'same'),
  },
  {
    name: 'conv1d',
    shapes: [
      [2, 7, 3],
      [3, 3, 4],
    ],
    gradient: true,
    run: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, 'same'),
  },
  ...(['relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'linear', 'leakyrelu'] as const).map(
    (activation): OpCase => ({
      name: `fused conv2d ${activation}`,
      shapes: [[2, 5, 6, 3], [3, 3, 3, 4], [4], [4]],
      run: (x, filter, bias, alpha) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias as tf.Tensor,
          activation,
          leakyreluAlpha: 0.1,
          ...(activation === 'prelu' && { preluActivationWeights: alpha as tf.Tensor }),
        }),
    }),
  ),
  {
    name: 'fused depthwise conv2d',
    shapes: [[2, 5, 6, 3], [3, 3, 3, 2], [6]],
    run: (x, filter, bias) =>
      tf.fused.depthwiseConv2d({
        x: x as tf.Tensor4D,
        filter: filter as tf.Tensor4D,
        strides: 2,
        pad: 'same',
        bias: bias as tf.Tensor,
        activation: 'relu6',
      }),
  },
]
