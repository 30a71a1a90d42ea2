import type { TimmFamily } from '../timm/timm-family.ts'

const block = 'swin.encoder.layers.$1.blocks.$2'

/** timm's `swin_transformer.py`: the first Swin. */
export const swinTimm: TimmFamily = {
  architectures: /^swin_\w+_patch\d+_window\d+_\d+$/,
  examples: 'swin_tiny_patch4_window7_224',
  config(shapes, timm) {
    const stages = shapes.count(/^layers\.(\d+)\./)
    const perStage = <T>(tell: (stage: number) => T) => Array.from({ length: stages }, (_, stage) => tell(stage))
    const width = shapes.length('patch_embed.proj.weight', 0)
    const table = (stage: number) => `layers.${stage}.blocks.0.attn.relative_position_bias_table`
    const window = (Math.sqrt(shapes.length(table(0), 0)) + 1) / 2
    const { globalPool } = timm
    if (globalPool !== undefined && globalPool !== 'avg')
      throw shapes.unsupported(`its head reads "${globalPool}", not the mean of all positions`)
    return {
      model_type: 'swin',
      embed_dim: width,
      depths: perStage((stage) => shapes.count(new RegExp(`^layers\\.${stage}\\.blocks\\.(\\d+)\\.`))),
      num_heads: perStage((stage) => shapes.length(table(stage), 1)),
      window_size: window,
      mlp_ratio: shapes.length('layers.0.blocks.0.mlp.fc1.weight', 0) / width,
      qkv_bias: shapes.has('layers.0.blocks.0.attn.qkv.bias'),
      patch_size: [shapes.length('patch_embed.proj.weight', 2), shapes.length('patch_embed.proj.weight', 3)],
      layer_norm_eps: 1e-5,
    }
  },
  rules(shapes) {
    const projections = (kind: string) =>
      ['query', 'key', 'value'].map((part) => `${block}.attention.self.${part}.${kind}`)
    // Since timm 0.9 the merging of patches opens a stage; here, as before, it closes the one below.
    const isOld = shapes.has('layers.0.downsample.norm.weight')
    const merging = Array.from({ length: shapes.count(/^layers\.(\d+)\./) }, (_, stage) => {
      const below = `swin.encoder.layers.${isOld ? stage : stage - 1}.downsample`
      return [new RegExp(`layers\\.${stage}\\.downsample\\.(.+)`), `${below}.$1`] as const
    })
    return [
      [/patch_embed\.proj\.(weight|bias)/, 'swin.embeddings.patch_embeddings.projection.$1'],
      [/patch_embed\.norm\.(weight|bias)/, 'swin.embeddings.norm.$1'],
      [/layers\.(\d+)\.blocks\.(\d+)\.attn\.qkv\.weight/, projections('weight')],
      [/layers\.(\d+)\.blocks\.(\d+)\.attn\.qkv\.bias/, projections('bias')],
      [
        /layers\.(\d+)\.blocks\.(\d+)\.attn\.relative_position_bias_table/,
        `${block}.attention.self.relative_position_bias_table`,
      ],
      [/layers\.(\d+)\.blocks\.(\d+)\.(attn\.relative_position_index|attn_mask)/, undefined],
      [/layers\.(\d+)\.blocks\.(\d+)\.attn\.proj\.(weight|bias)/, `${block}.attention.output.dense.$3`],
      [/layers\.(\d+)\.blocks\.(\d+)\.norm1\.(weight|bias)/, `${block}.layernorm_before.$3`],
      [/layers\.(\d+)\.blocks\.(\d+)\.norm2\.(weight|bias)/, `${block}.layernorm_after.$3`],
      [/layers\.(\d+)\.blocks\.(\d+)\.mlp\.fc1\.(weight|bias)/, `${block}.intermediate.dense.$3`],
      [/layers\.(\d+)\.blocks\.(\d+)\.mlp\.fc2\.(weight|bias)/, `${block}.output.dense.$3`],
      ...merging,
      [/norm\.(weight|bias)/, 'swin.layernorm.$1'],
      [/head(?:\.fc)?\.(weight|bias)/, 'classifier.$1'],
    ]
  },
}
