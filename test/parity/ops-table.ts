import * as tf from '@tensorflow/tfjs'
import { convolutionCases } from './ops-table-convolution.ts'

/** A tfjs function of tensors, and the numbers it is tried on. */
export interface OpCase {
  readonly name: string
  readonly shapes: readonly (readonly number[])[]
  /** Operands are drawn from here; [-2, 2] when absent. */
  readonly domain?: readonly [number, number]
  /** dtype of each operand; float32 when absent. */
  readonly dtypes?: readonly ('float32' | 'int32' | 'bool')[]
  /** Whether tfjs has a gradient to compare. */
  readonly gradient?: boolean
  run(...operands: tf.Tensor[]): tf.Tensor
}

type Unary = (x: tf.Tensor) => tf.Tensor
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor

const unary = (name: string, run: Unary, domain?: readonly [number, number], gradient = true): OpCase => ({
  name,
  run: run as OpCase['run'],
  shapes: [[3, 4]],
  gradient,
  ...(domain && { domain }),
})

/** `equal shapes`: tfjs's own gradient does not reduce broadcast axes for these ops. */
const binary = (
  name: string,
  run: Binary,
  domain?: readonly [number, number],
  gradient: boolean | 'equal shapes' = true,
): OpCase[] =>
  [
    [
      [3, 4],
      [3, 4],
    ],
    [[2, 3, 4], [4]],
    [
      [3, 1],
      [1, 4],
    ],
    [[2, 3], []],
  ].map((shapes) => ({
    name: `${name} ${JSON.stringify(shapes)}`,
    run: run as OpCase['run'],
    shapes,
    gradient: gradient === 'equal shapes' ? shapes[0]?.join() === shapes[1]?.join() : gradient,
    ...(domain && { domain }),
  }))

const positive = [0.2, 3] as const
const inside = [-0.9, 0.9] as const

const elementwise: OpCase[] = [
  unary('abs', tf.abs),
  unary('acos', tf.acos, inside),
  unary('acosh', tf.acosh, [1.2, 3]),
  unary('asin', tf.asin, inside),
  unary('asinh', tf.asinh),
  unary('atan', tf.atan),
  unary('atanh', tf.atanh, inside),
  unary('ceil', tf.ceil),
  unary('clipByValue', (x) => tf.clipByValue(x, -0.5, 1)),
  unary('cos', tf.cos),
  unary('cosh', tf.cosh),
  unary('elu', tf.elu),
  unary('erf', tf.erf),
  unary('exp', tf.exp),
  unary('expm1', tf.expm1),
  unary('expm1 near 0', tf.expm1, [-1e-3, 1e-3]),
  unary('floor', tf.floor),
  unary('isFinite', (x) => tf.isFinite(tf.div(x, tf.relu(x))), undefined, false),
  unary('isInf', (x) => tf.isInf(tf.div(x, tf.relu(x))), undefined, false),
  unary('isNaN', (x) => tf.isNaN(tf.sqrt(x)), undefined, false),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.1)),
  unary('log', tf.log, positive),
  unary('log1p', tf.log1p, positive),
  unary('log1p near 0', tf.log1p, [-1e-3, 1e-3]),
  unary('logSigmoid', tf.logSigmoid),
  unary('neg', tf.neg),
  unary('reciprocal', tf.reciprocal, positive),
  unary('relu', tf.relu),
  unary('relu6', tf.relu6, [-3, 9]),
  unary('round', tf.round, [-5, 5]),
  unary('rsqrt', tf.rsqrt, positive),
  unary('selu', tf.selu),
  unary('sigmoid', tf.sigmoid),
  unary('sign', tf.sign),
  unary('sin', tf.sin),
  unary('sinh', tf.sinh),
  unary('softplus', tf.softplus),
  unary('sqrt', tf.sqrt, positive),
  unary('square', tf.square),
  unary('step', (x) => tf.step(x, 0.25)),
  unary('tan', tf.tan, [-1, 1]),
  unary('tanh', tf.tanh),
  ...binary('add', tf.add),
  ...binary('atan2', tf.atan2),
  ...binary('div', tf.div, positive),
  ...binary('floorDiv', tf.floorDiv, [0.5, 4]),
  ...binary('maximum', tf.maximum),
  ...binary('minimum', tf.minimum),
  ...binary('mod', tf.mod, [0.5, 4]),
  ...binary('mul', tf.mul),
  ...binary('pow', tf.pow, positive),
  ...binary('squaredDifference', tf.squaredDifference),
  ...binary('sub', tf.sub),
  ...binary('equal', tf.equal),
  ...binary('greater', tf.greater),
  ...binary('greaterEqual', tf.greaterEqual),
  ...binary('less', tf.less),
  ...binary('lessEqual', tf.lessEqual),
  ...binary('notEqual', tf.notEqual),
  ...binary('logicalAnd', (a, b) => tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0))),
  ...binary('logicalOr', (a, b) => tf.logicalOr(tf.greater(a, 0), tf.greater(b, 0))),
  ...binary('logicalXor', (a, b) => tf.logicalXor(tf.greater(a, 0), tf.greater(b, 0))),
  ...binary('prelu', (x, alpha) => tf.prelu(x, alpha), undefined, 'equal shapes'),
  ...binary('where', (a, b) => tf.where(tf.greater(a, b), tf.mul(a, 2), b)),
  unary('logicalNot', (x) => tf.logicalNot(tf.greater(x, 0))),
  unary('cast to int32', (x) => tf.cast(x, 'int32')),
  unary('cast to bool', (x) => tf.cast(tf.relu(x), 'bool')),
  unary('where of constants', (x) => tf.where(tf.tensor1d([1, 0, 0, 1], 'bool'), tf.mul(x, 2), x)),
  unary('addN', (x) => tf.addN([x, tf.mul(x, 2), x])),
]

const reductions: OpCase[] = [
  ...Object.entries({ sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod }).flatMap(
    ([name, reduce]) => {
      const common = { shapes: [[2, 3, 4]], gradient: true }
      return [
        { ...common, name, run: (x: tf.Tensor) => reduce(x) },
        { ...common, name: `${name} axis 1`, run: (x: tf.Tensor) => reduce(x, 1) },
        { ...common, name: `${name} axis -1 kept`, run: (x: tf.Tensor) => reduce(x, [-1], true) },
        { ...common, name: `${name} axes 0 and 2`, run: (x: tf.Tensor) => reduce(x, [0, 2]) },
      ]
    },
  ),
  { name: 'all', shapes: [[3, 4]], gradient: true, run: (x) => tf.all(tf.greater(x, -1.5), 1) },
  { name: 'any', shapes: [[3, 4]], gradient: true, run: (x) => tf.any(tf.greater(x, 1.5), 0) },
  { name: 'argMax', shapes: [[3, 5]], gradient: true, run: (x) => tf.argMax(x, 1) },
  { name: 'argMin', shapes: [[3, 5]], gradient: true, run: (x) => tf.argMin(x, 0) },
  { name: 'cumsum', shapes: [[3, 4]], gradient: true, run: (x) => tf.cumsum(x, 1) },
  { name: 'cumsum exclusive reverse', shapes: [[3, 4]], run: (x) => tf.cumsum(x, 0, true, true) },
  { name: 'cumprod', shapes: [[3, 5]], run: (x) => tf.cumprod(x, 1) },
  { name: 'cumprod exclusive reverse', shapes: [[4, 3]], run: (x) => tf.cumprod(x, 0, true, true) },
  {
    name: 'batchNorm',
    shapes: [[2, 3, 4, 2], [2], [2], [2], [2]],
    domain: positive,
    gradient: true,
    run: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x as tf.Tensor4D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
      ),
  },
  {
    name: 'batchNorm without scale',
    shapes: [[4, 3], [3], [3], [3]],
    domain: positive,
    run: (x, mean, variance, offset) =>
      tf.batchNorm(
        x as tf.Tensor2D,
        mean as tf.Tensor1D,
        variance as tf.Tensor1D,
        offset as tf.Tensor1D,
        undefined,
        1e-5,
      ),
  },
  {
    name: 'localResponseNormalization',
    shapes: [[1, 2, 2, 6]],
    gradient: true,
    run: (x) => tf.localResponseNormalization(x as tf.Tensor4D, 2, 1.5, 0.4, 0.75),
  },
  { name: 'logSumExp', shapes: [[3, 4]], gradient: true, run: (x) => tf.logSumExp(x, 1) },
  { name: 'softmax', shapes: [[2, 3, 4]], gradient: true, run: (x) => tf.softmax(x) },
  { name: 'logSoftmax', shapes: [[3, 4]], gradient: true, run: (x) => tf.logSoftmax(x) },
  { name: 'moments', shapes: [[3, 4]], gradient: true, run: (x) => tf.moments(x, 1).variance },
  {
    name: 'unsortedSegmentSum',
    shapes: [[4, 3]],
    gradient: true,
    run: (x) => tf.unsortedSegmentSum(x, tf.tensor1d([1, 0, 1, 3], 'int32'), 4),
  },
]

const structure: OpCase[] = [
  { name: 'broadcastTo', shapes: [[3, 1]], gradient: true, run: (x) => tf.broadcastTo(x, [2, 3, 4]) },
  {
    name: 'concat',
    shapes: [
      [2, 3],
      [2, 2],
    ],
    gradient: true,
    run: (a, b) => tf.concat([a, b], -1),
  },
  { name: 'expandDims', shapes: [[2, 3]], gradient: true, run: (x) => tf.expandDims(x, -1) },
  { name: 'fill', shapes: [[2, 3]], run: (x) => tf.add(x, tf.fill([2, 3], 4)) },
  { name: 'gather', shapes: [[4, 3]], gradient: true, run: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')) },
  {
    name: 'gather axis 1',
    shapes: [[2, 4]],
    gradient: true,
    run: (x) => tf.gather(x, tf.tensor1d([3, 1], 'int32'), 1),
  },
  {
    name: 'gather of each example',
    shapes: [[2, 4, 3]],
    gradient: true,
    run: (x) =>
      tf.gather(
        x,
        tf.tensor2d(
          [
            [3, 1, 1],
            [0, 2, 1],
          ],
          [2, 3],
          'int32',
        ),
        1,
        1,
      ),
  },
  {
    name: 'gather of each example along a later axis',
    shapes: [[2, 2, 3, 4, 2]],
    gradient: true,
    run: (x) => tf.gather(x, tf.tensor3d([3, 1, 0, 2, 1, 1, 0, 0], [2, 2, 2], 'int32'), 3, 2),
  },
  {
    name: 'gatherND',
    shapes: [[3, 2, 4]],
    gradient: true,
    run: (x) =>
      tf.gatherND(
        x,
        tf.tensor2d(
          [
            [2, 1],
            [0, 0],
            [2, 1],
          ],
          [3, 2],
          'int32',
        ),
      ),
  },
  {
    name: 'scatterND',
    shapes: [[3, 2]],
    gradient: true,
    run: (x) => tf.scatterND(tf.tensor2d([[4], [1], [4]], [3, 1], 'int32'), x, [5, 2]),
  },
  { name: 'topk', shapes: [[3, 6]], gradient: true, run: (x) => tf.topk(x, 3).values },
  { name: 'places of topk', shapes: [[3, 6]], run: (x) => tf.topk(tf.round(x), 4).indices },
  ...(['reflect', 'symmetric'] as const).map(
    (mode): OpCase => ({
      name: `mirrorPad ${mode}`,
      shapes: [[3, 4]],
      gradient: true,
      run: (x) =>
        tf.mirrorPad(
          x,
          [
            [1, 2],
            [0, 3],
          ],
          mode,
        ),
    }),
  ),
  ...[
    [false, false],
    [true, false],
    [false, true],
  ].flatMap(([alignCorners, halfPixelCenters]) =>
    [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].flatMap((resize) =>
      [
        [7, 5],
        [2, 3],
      ].map(
        (size): OpCase => ({
          name: `${resize.name} to ${size}${alignCorners ? ' with aligned corners' : ''}${halfPixelCenters ? ' with half pixel centers' : ''}`,
          shapes: [[2, 3, 4, 2]],
          gradient: true,
          run: (x) => resize(x as tf.Tensor4D, size as [number, number], alignCorners, halfPixelCenters),
        }),
      ),
    ),
  ),
  { name: 'linspace', shapes: [[5]], run: (x) => tf.add(x, tf.linspace(0, 1, 5)) },
  { name: 'oneHot', shapes: [[4]], domain: [0, 2.9], run: (x) => tf.oneHot(tf.cast(x, 'int32'), 3) },
  {
    name: 'oneHot with levels',
    shapes: [[2, 2]],
    domain: [-1, 3.9],
    run: (x) => tf.oneHot(tf.cast(tf.floor(x), 'int32'), 3, 0.9, 0.1, 'float32'),
  },
  { name: 'onesLike', shapes: [[2, 3]], gradient: true, run: (x) => tf.sub(tf.onesLike(x), x) },
  {
    name: 'pad',
    shapes: [[2, 3]],
    gradient: true,
    run: (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        0.5,
      ),
  },
  {
    name: 'maxPool of negative numbers in a frame of zeros',
    shapes: [[1, 5, 5, 2]],
    domain: [-3, -1],
    gradient: true,
    run: (x) =>
      tf.maxPool(
        tf.pad(x, [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]) as tf.Tensor4D,
        3,
        2,
        'valid',
      ),
  },
  {
    name: 'pad by nothing',
    shapes: [[2, 3]],
    run: (x) =>
      tf.pad(x, [
        [0, 0],
        [0, 0],
      ]),
  },
  { name: 'range', shapes: [[4]], run: (x) => tf.mul(x, tf.range(1, 5, 1)) },
  { name: 'reshape', shapes: [[2, 6]], gradient: true, run: (x) => tf.reshape(x, [3, -1]) },
  { name: 'reverse', shapes: [[2, 3, 2]], gradient: true, run: (x) => tf.reverse(x, [0, -1]) },
  { name: 'slice', shapes: [[3, 4]], gradient: true, run: (x) => tf.slice(x, [1, 0], [2, -1]) },
  {
    name: 'split',
    shapes: [[2, 6]],
    gradient: true,
    run: (x) => tf.sub(tf.split(x, 3, 1)[2] as tf.Tensor, tf.split(x, [2, 1, 3], 1)[0] as tf.Tensor),
  },
  { name: 'squeeze', shapes: [[2, 1, 3]], gradient: true, run: (x) => tf.squeeze(x, [1]) },
  {
    name: 'stack',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    gradient: true,
    run: (a, b) => tf.stack([a, b], 1),
  },
  { name: 'stridedSlice', shapes: [[5, 4]], run: (x) => tf.stridedSlice(x, [4, 1], [0, 4], [-2, 2]) },
  {
    name: 'stridedSlice masks',
    shapes: [[3, 4, 2]],
    run: (x) => tf.stridedSlice(x, [1, 0, 0], [2, 3, 1], [1, 1, 1], 2, 2, 0, 0, 1),
  },
  { name: 'tile', shapes: [[2, 3]], gradient: true, run: (x) => tf.tile(x, [2, 2]) },
  { name: 'transpose', shapes: [[2, 3, 4]], gradient: true, run: (x) => tf.transpose(x, [2, 0, 1]) },
  { name: 'unstack', shapes: [[3, 2]], gradient: true, run: (x) => tf.unstack(x)[1] as tf.Tensor },
  { name: 'zerosLike', shapes: [[2, 3]], gradient: true, run: (x) => tf.add(tf.zerosLike(x), x) },
  {
    name: 'int32 arithmetic',
    shapes: [[3, 4], [4]],
    domain: [1, 9],
    dtypes: ['int32', 'int32'],
    run: (a, b) => tf.sub(tf.add(tf.mul(a, b), tf.floorDiv(a, b)), tf.mod(a, b)),
  },
  { name: 'sum of int32', shapes: [[3, 4]], domain: [-9, 9], dtypes: ['int32'], run: (x) => tf.sum(x, 1) },
  {
    name: 'select of bools',
    shapes: [[3, 4]],
    dtypes: ['bool'],
    domain: [0, 1.99],
    run: (x) => tf.where(x, tf.scalar(2), tf.scalar(3)),
  },
  { name: 'sum of bools', shapes: [[3, 4]], dtypes: ['bool'], domain: [0, 1.99], run: (x) => tf.sum(x) },
]

const products: OpCase[] = [
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) =>
      [[], [2, 3]].map(
        (batch): OpCase => ({
          name: `matMul ${transposeA} ${transposeB} [${batch}]`,
          shapes: [
            [...batch, ...(transposeA ? [4, 3] : [3, 4])],
            [...batch, ...(transposeB ? [5, 4] : [4, 5])],
          ],
          gradient: true,
          run: (a, b) => tf.matMul(a, b, transposeA, transposeB),
        }),
      ),
    ),
  ),
  ...(
    [
      ['ab,bc->ac', [3, 4], [4, 5]],
      ['bij,bkj->bik', [2, 3, 4], [2, 5, 4]],
      ['bhqd,bhkd->bqhk', [2, 2, 3, 4], [2, 2, 5, 4]],
      ['ab,b->ba', [3, 4], [4]],
      ['a,b->ab', [3], [4]],
      ['ab,bcd->ac', [2, 3], [3, 4, 5]],
      ['abc->ca', [2, 3, 4]],
      ['ab->', [3, 4]],
    ] as const
  ).map(
    ([equation, ...shapes]): OpCase => ({
      name: `einsum ${equation}`,
      shapes,
      gradient: true,
      run: (...xs) => tf.einsum(equation, ...xs),
    }),
  ),
  {
    name: 'matMul with one matrix for all',
    shapes: [
      [2, 3, 4],
      [4, 5],
    ],
    run: (a, b) => tf.matMul(a, b),
  },
  {
    name: 'scaled matMul of transposes',
    shapes: [
      [3, 4],
      [3, 5],
    ],
    gradient: true,
    run: (a, b) => tf.mul(tf.matMul(tf.transpose(a), tf.div(b, 2)), 3),
  },
  {
    name: 'fused matMul',
    shapes: [[3, 4], [4, 5], [5]],
    run: (a, b, bias) => tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, activation: 'relu' }),
  },
  {
    name: 'linear layer',
    shapes: [[3, 4], [5, 4], [5]],
    gradient: true,
    run: (x, w, b) => tf.add(tf.matMul(x, w, false, true), b),
  },
]

export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...reductions,
  ...structure,
  ...products,
  ...convolutionCases,
]
