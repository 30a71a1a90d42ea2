import type { TimmConfig } from '../timm/timm-config.ts'
import type { TimmFamily, TimmRule, TimmShapes } from '../timm/timm-family.ts'

const projections = (block: string, kind: string) =>
  ['query', 'key', 'value'].map((part) => `${block}.attention.attention.${part}.${kind}`)

/** The blocks that ViT and DeiT share, and what surrounds them. */
export const vitTimmRules = (backbone: string): readonly TimmRule[] => {
  const block = `${backbone}.encoder.layer.$1`
  return [
    [/cls_token/, `${backbone}.embeddings.cls_token`],
    [/pos_embed/, `${backbone}.embeddings.position_embeddings`],
    [/patch_embed\.proj\.(weight|bias)/, `${backbone}.embeddings.patch_embeddings.projection.$1`],
    [/blocks\.(\d+)\.attn\.qkv\.weight/, projections(block, 'weight')],
    [/blocks\.(\d+)\.attn\.qkv\.bias/, projections(block, 'bias')],
    [/blocks\.(\d+)\.attn\.proj\.(weight|bias)/, `${block}.attention.output.dense.$2`],
    [/blocks\.(\d+)\.norm1\.(weight|bias)/, `${block}.layernorm_before.$2`],
    [/blocks\.(\d+)\.norm2\.(weight|bias)/, `${block}.layernorm_after.$2`],
    [/blocks\.(\d+)\.mlp\.fc1\.(weight|bias)/, `${block}.intermediate.dense.$2`],
    [/blocks\.(\d+)\.mlp\.fc2\.(weight|bias)/, `${block}.output.dense.$2`],
    [/norm\.(weight|bias)/, `${backbone}.layernorm.$1`],
  ]
}

/** Heads by width, where timm's names say nothing else; 64 numbers a head is the rule that ViT-H breaks. */
function headsOf(hidden: number, { modelArguments }: TimmConfig): number {
  const given = modelArguments.num_heads
  return typeof given === 'number' ? given : hidden === 1280 ? 16 : hidden / 64
}

/** @throws XpError for a variant that pools otherwise than by the class token */
export function vitTimmConfig(shapes: TimmShapes, timm: TimmConfig): Readonly<Record<string, unknown>> {
  const { globalPool } = timm
  if (globalPool !== undefined && globalPool !== 'token' && globalPool !== '')
    throw shapes.unsupported(`its head reads "${globalPool}", not the class token`)
  const hidden = shapes.length('cls_token', 2)
  return {
    model_type: 'vit',
    hidden_size: hidden,
    num_hidden_layers: shapes.count(/^blocks\.(\d+)\./),
    num_attention_heads: headsOf(hidden, timm),
    intermediate_size: shapes.length('blocks.0.mlp.fc1.weight', 0),
    patch_size: [shapes.length('patch_embed.proj.weight', 2), shapes.length('patch_embed.proj.weight', 3)],
    qkv_bias: shapes.has('blocks.0.attn.qkv.bias'),
    layer_norm_eps: 1e-6,
    hidden_act: 'gelu',
  }
}

/** timm's `vision_transformer.py`, `deit.py` without distillation: models with a class token and its head. */
export const vitTimm: TimmFamily = {
  architectures: /^(vit|deit)_\w+_patch\d+_\d+(_in21k|_miil\w*)?$/,
  examples: 'vit_base_patch16_224',
  config: vitTimmConfig,
  rules: () => [...vitTimmRules('vit'), [/head\.(weight|bias)/, 'classifier.$1']],
}
