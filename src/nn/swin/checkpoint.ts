import { nameOnDisk } from '../spelling.ts'

/**
 * A Swin tensor's name on disk in `SwinForImageClassification`, from any spelling: bare `SwinModel`, old or new names.
 * Old files hold the index of relative positions, which follows from the window.
 */
export const swinParameterName = nameOnDisk({
  backbone: 'swin.',
  head: /^classifier\./,
  renames: [
    [/\.attention\.q_proj\./, '.attention.self.query.'],
    [/\.attention\.k_proj\./, '.attention.self.key.'],
    [/\.attention\.v_proj\./, '.attention.self.value.'],
    [/\.attention\.o_proj\./, '.attention.output.dense.'],
    [/\.attention\.relative_position_bias\./, '.attention.self.'],
    [/\.mlp\.fc1\./, '.intermediate.dense.'],
    [/\.mlp\.fc2\./, '.output.dense.'],
  ],
  unused: /^embeddings\.mask_token$|\.relative_position_index$/,
})
