import type { Parameter } from '../../registry/engine.ts'
import type { Family } from '../layout.ts'
import { patchGrid } from '../patch-transformer.ts'
import { attentionRenames, nameOnDisk } from '../spelling.ts'
import {
  embeddingsInDrawOrder,
  type InitialLaw,
  initialTransformerHead,
  initialTransformerWeights,
  zeros,
} from '../transformer-initialise.ts'
import { layerLawOf } from '../vit/initialise.ts'
import { type Dinov2Config, dinov2ConfigOf } from './config.ts'
import { dinov2Buffers, dinov2Parameters } from './parameters.ts'
import { dinov2Preprocessor } from './preprocessor.ts'

/** `Dinov2PreTrainedModel._init_weights`: weights are drawn from the normal law and then from the truncated one. */
const lawOf =
  ({ layerScale }: Dinov2Config) =>
  (name: string): InitialLaw => {
    const layer = layerLawOf(name)
    if (layer?.drawn.length === 0) return layer
    if (layer !== undefined)
      return { ...layer, drawn: ['normal', 'truncated'], parts: name.includes('.weights_in.') ? 2 : 1 }
    if (name.endsWith('lambda1')) return { constructed: 'nothing', drawn: [], constant: layerScale }
    return { constructed: name.endsWith('position_embeddings') ? 'normal' : 'nothing', drawn: ['truncated'] }
  }

/** The encoder is a model of its own in transformers, initialised before the embeddings. */
function inDrawOrder(backbone: readonly Parameter[]): readonly Parameter[] {
  const embedding = ({ name }: Parameter) => name.startsWith('dinov2.embeddings.')
  return [...backbone.filter((p) => !embedding(p)), ...embeddingsInDrawOrder(backbone.filter(embedding))]
}

const parameterName = nameOnDisk({
  backbone: 'dinov2.',
  head: /^classifier\./,
  renames: [...attentionRenames, [/\.mlp\.down_proj\./, '.mlp.weights_out.']],
  unused: /^$/,
})

/** DINOv2, Oquab et al. 2023, arXiv 2304.07193. */
export const dinov2Family: Family = {
  modelType: 'dinov2',
  layout(config, where) {
    const dinov2 = dinov2ConfigOf(config, where)
    const initialisation = { std: dinov2.initializerRange, lawOf: lawOf(dinov2), inDrawOrder }
    const parameters = (labels: number) => dinov2Parameters(dinov2, labels)
    const buffers = dinov2Buffers(dinov2)
    const absent = new Map(buffers.map(({ name }) => [name, 0]))
    return {
      image: dinov2.image,
      architecture: 'Dinov2ForImageClassification',
      preprocessor: dinov2Preprocessor(dinov2),
      parameters,
      buffers,
      resizing(image) {
        patchGrid(dinov2, image)
        return undefined
      },
      absent,
      parameterName: (spelled) => {
        const name = parameterName(spelled)
        return name === 'dinov2.embeddings.mask_token' && buffers.length === 0 ? undefined : name
      },
      initialWeights: (labels, seed) =>
        new Map([...initialTransformerWeights(parameters(labels), initialisation, seed), ...zeros(buffers)]),
      initialHead: (labels, seed) => initialTransformerHead(parameters(labels), initialisation, seed),
    }
  },
}
