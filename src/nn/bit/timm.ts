import type { TimmFamily } from '../timm/timm-family.ts'

const block = 'bit.encoder.stages.$1.layers.$2'

/** timm's `resnetv2.py`: the models of Big Transfer that are not widened. */
export const bitTimm: TimmFamily = {
  architectures: /^resnetv2_\d+x1_bit\w*$/,
  examples: 'resnetv2_50x1_bit',
  config(shapes) {
    const stages = shapes.count(/^stages\.(\d+)\./)
    const perStage = (tell: (stage: number) => number) => Array.from({ length: stages }, (_, i) => tell(i))
    return {
      model_type: 'bit',
      layer_type: 'preactivation',
      embedding_size: shapes.length('stem.conv.weight', 0),
      hidden_sizes: perStage((i) => shapes.length(`stages.${i}.blocks.0.conv3.weight`, 0)),
      depths: perStage((i) => shapes.count(new RegExp(`^stages\\.${i}\\.blocks\\.(\\d+)\\.`))),
    }
  },
  rules: () => [
    [/stem\.conv\.weight/, 'bit.embedder.convolution.weight'],
    [/stages\.(\d+)\.blocks\.(\d+)\.downsample\.conv\.weight/, `${block}.downsample.conv.weight`],
    [/stages\.(\d+)\.blocks\.(\d+)\.conv([123])\.weight/, `${block}.conv$3.weight`],
    [/stages\.(\d+)\.blocks\.(\d+)\.norm([123])\.(weight|bias)/, `${block}.norm$3.$4`],
    [/norm\.(weight|bias)/, 'bit.norm.$1'],
    [/head\.fc\.(weight|bias)/, 'classifier.1.$1'],
  ],
}
