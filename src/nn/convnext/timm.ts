import type { TimmFamily } from '../timm/timm-family.ts'

const stage = 'convnext.encoder.stages.$1'
const block = `${stage}.layers.$2`

/** timm's `convnext.py`: the first ConvNeXt. */
export const convNextTimm: TimmFamily = {
  architectures: /^convnext_[a-z]+(_in22k|_in22ft1k|_384_in22ft1k)?$/,
  examples: 'convnext_tiny',
  config(shapes) {
    const stages = shapes.count(/^stages\.(\d+)\./)
    const perStage = (tell: (stage: number) => number) => Array.from({ length: stages }, (_, i) => tell(i))
    return {
      model_type: 'convnext',
      hidden_sizes: perStage((i) => shapes.length(`stages.${i}.blocks.0.conv_dw.weight`, 0)),
      depths: perStage((i) => shapes.count(new RegExp(`^stages\\.${i}\\.blocks\\.(\\d+)\\.`))),
      num_stages: stages,
      patch_size: shapes.length('stem.0.weight', 2),
      layer_scale_init_value: shapes.has('stages.0.blocks.0.gamma') ? 1e-6 : 0,
      layer_norm_eps: 1e-6,
    }
  },
  rules: () => [
    [/stem\.0\.(weight|bias)/, 'convnext.embeddings.patch_embeddings.$1'],
    [/stem\.1\.(weight|bias)/, 'convnext.embeddings.layernorm.$1'],
    [/stages\.(\d+)\.downsample\.([01])\.(weight|bias)/, `${stage}.downsampling_layer.$2.$3`],
    [/stages\.(\d+)\.blocks\.(\d+)\.conv_dw\.(weight|bias)/, `${block}.dwconv.$3`],
    [/stages\.(\d+)\.blocks\.(\d+)\.norm\.(weight|bias)/, `${block}.layernorm.$3`],
    [/stages\.(\d+)\.blocks\.(\d+)\.mlp\.fc([12])\.(weight|bias)/, `${block}.pwconv$3.$4`],
    [/stages\.(\d+)\.blocks\.(\d+)\.gamma/, `${block}.layer_scale_parameter`],
    [/head\.norm\.(weight|bias)/, 'convnext.layernorm.$1'],
    [/head\.fc\.(weight|bias)/, 'classifier.$1'],
  ],
}
