import type { HuggingFaceConfig } from '../src/artifacts/model-config.ts'

const labels = { id2label: { 0: 'Boot', 1: 'Sandal', 2: 'Shoe' }, label2id: { Boot: 0, Sandal: 1, Shoe: 2 } }

/** The sizes that ViT, DeiT, DINOv2 and BEiT share. */
const transformer = (type: string, width: number, layers: number, heads: number, patch: number, image: number) => ({
  model_type: type,
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: 4 * width,
  patch_size: patch,
  image_size: image,
  ...labels,
})

/** The models that benchmarks know, as Hugging Face configs; what is absent has transformers' defaults. */
export const benchModels: Readonly<Record<string, HuggingFaceConfig>> = {
  'vit-b16': transformer('vit', 768, 12, 12, 16, 224),
  'vit-s16': transformer('vit', 384, 12, 6, 16, 224),
  'vit-ti16': transformer('vit', 192, 12, 3, 16, 224),
  'vit-shoes': transformer('vit', 192, 6, 3, 8, 64),
  // Without it transformers cannot tell which of DeiT's two classifiers is meant.
  'deit-s16': { ...transformer('deit', 384, 12, 6, 16, 224), architectures: ['DeiTForImageClassification'] },
  'dinov2-s14': transformer('dinov2', 384, 12, 6, 14, 224),
  'beit-b16': { ...transformer('beit', 768, 12, 12, 16, 224), use_relative_position_bias: true },
  'swin-t': { model_type: 'swin', ...labels },
  'convnext-t': { model_type: 'convnext', ...labels },
  'resnet-50': { model_type: 'resnet', ...labels },
  'bit-50': { model_type: 'bit', ...labels },
}

/** A training step, or scoring. */
export const benchTasks = ['train', 'infer'] as const
export type BenchTask = (typeof benchTasks)[number]
