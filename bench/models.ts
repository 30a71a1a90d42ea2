import type { HuggingFaceConfig } from '../src/artifacts/model-config.ts'

const vit = (width: number, layers: number, heads: number, patch: number, image: number): HuggingFaceConfig => ({
  model_type: 'vit',
  hidden_size: width,
  num_hidden_layers: layers,
  num_attention_heads: heads,
  intermediate_size: 4 * width,
  patch_size: patch,
  image_size: image,
  id2label: { 0: 'Boot', 1: 'Sandal', 2: 'Shoe' },
  label2id: { Boot: 0, Sandal: 1, Shoe: 2 },
})

/** The models that benchmarks know, as Hugging Face configs. */
export const benchModels: Readonly<Record<string, HuggingFaceConfig>> = {
  'vit-b16': vit(768, 12, 12, 16, 224),
  'vit-s16': vit(384, 12, 6, 16, 224),
  'vit-ti16': vit(192, 12, 3, 16, 224),
  'vit-shoes': vit(192, 6, 3, 8, 64),
}
