import type { TimmFamily } from '../timm/timm-family.ts'
import { vitTimmConfig, vitTimmRules } from '../vit/timm.ts'

/** timm's `deit.py`: distilled models have a token and a head for their teacher; the others are ViTs. */
export const deitTimm: TimmFamily = {
  architectures: /^deit_\w+_distilled_patch\d+_\d+$/,
  examples: 'deit_small_distilled_patch16_224',
  config: (shapes, timm) => ({
    ...vitTimmConfig(shapes, timm),
    model_type: 'deit',
    architectures: [shapes.has('head.weight') ? 'DeiTForImageClassificationWithTeacher' : 'DeiTForImageClassification'],
  }),
  rules: () => [
    ...vitTimmRules('deit'),
    [/dist_token/, 'deit.embeddings.distillation_token'],
    [/head\.(weight|bias)/, 'cls_classifier.$1'],
    [/head_dist\.(weight|bias)/, 'distillation_classifier.$1'],
  ],
}
