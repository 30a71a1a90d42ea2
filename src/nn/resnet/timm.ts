import type { TimmFamily, TimmRule } from '../timm/timm-family.ts'

const statistics = 'weight|bias|running_mean|running_var|num_batches_tracked'
/** timm counts stages from 1. */
const stages = [1, 2, 3, 4]

const rulesOf = (stage: number): readonly TimmRule[] => {
  const name = (inside: string) => new RegExp(`layer${stage}\\.(\\d+)\\.${inside}`)
  const block = `resnet.encoder.stages.${stage - 1}.layers.$1`
  return [
    [name('downsample\\.0\\.weight'), `${block}.shortcut.convolution.weight`],
    [name(`downsample\\.1\\.(${statistics})`), `${block}.shortcut.normalization.$2`],
    ...[1, 2, 3].flatMap((i): TimmRule[] => [
      [name(`conv${i}\\.weight`), `${block}.layer.${i - 1}.convolution.weight`],
      [name(`bn${i}\\.(${statistics})`), `${block}.layer.${i - 1}.normalization.$2`],
    ]),
  ]
}

/** timm's `resnet.py`, and torchvision's names, which are the same: stems of one 7 × 7 convolution, no variants. */
export const resnetTimm: TimmFamily = {
  architectures: /^resnet(18|26|34|50|101|152)$/,
  examples: 'resnet50',
  config(shapes, { image }) {
    const isBottleneck = shapes.has('layer1.0.conv3.weight')
    const last = isBottleneck ? 'conv3' : 'conv2'
    if (image.height < 32 || image.width < 32) throw shapes.unsupported('its images are smaller than 32 × 32')
    return {
      model_type: 'resnet',
      layer_type: isBottleneck ? 'bottleneck' : 'basic',
      embedding_size: shapes.length('conv1.weight', 0),
      hidden_sizes: stages.map((stage) => shapes.length(`layer${stage}.0.${last}.weight`, 0)),
      depths: stages.map((stage) => shapes.count(new RegExp(`^layer${stage}\\.(\\d+)\\.`))),
    }
  },
  rules: () => [
    [/conv1\.weight/, 'resnet.embedder.embedder.convolution.weight'],
    [new RegExp(`bn1\\.(${statistics})`), 'resnet.embedder.embedder.normalization.$1'],
    ...stages.flatMap(rulesOf),
    [/fc\.(weight|bias)/, 'classifier.1.$1'],
  ],
}
