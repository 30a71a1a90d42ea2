import { blockRenames, nameOnDisk } from '../spelling.ts'

/** A ViT tensor's name on disk in `ViTForImageClassification`, from any spelling: bare `ViTModel`, old or new names. */
export const vitParameterName = nameOnDisk({
  backbone: 'vit.',
  head: /^classifier\./,
  renames: blockRenames,
  unused: /^pooler\.|^embeddings\.mask_token$/,
})
