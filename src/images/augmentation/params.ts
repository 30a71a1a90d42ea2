import { type Static, Type } from 'typebox'
import type { Augmentation } from '../../artifacts/processed-images.ts'
import { backwardRange, scaleBeyondImage, twoAugmentPolicies } from '../../errors/augmentation.ts'

const probability = (what: string) => Type.Number({ minimum: 0, maximum: 1, default: 0, description: what })

const range = (what: string, lowest: number, highest: number) =>
  Type.Array(Type.Number({ exclusiveMinimum: 0 }), {
    minItems: 2,
    maxItems: 2,
    default: [lowest, highest],
    description: what,
  })

const jitter = (what: string, maximum: number) => Type.Number({ minimum: 0, maximum, default: 0, description: what })

/** What an experiment says under `augment`; names and defaults are torchvision's. */
export const augmentationParams = Type.Object(
  {
    randomResizedCrop: Type.Optional(
      Type.Object(
        {
          scale: range('Lowest and highest share of the area that is kept.', 0.08, 1),
          ratio: range('Lowest and highest width over height of the part.', 3 / 4, 4 / 3),
        },
        {
          additionalProperties: false,
          description: 'Cut a random part out of a training image and resize that, instead of the whole; {} is usual.',
        },
      ),
    ),
    horizontalFlip: probability('Probability that a training image is mirrored left to right, drawn anew each epoch.'),
    verticalFlip: probability('Probability that a training image is turned upside down.'),
    rotation: Type.Number({
      minimum: 0,
      maximum: 180,
      default: 0,
      description: 'Rotate by up to this many degrees to either side; the corners become black.',
    }),
    colorJitter: Type.Optional(
      Type.Object(
        {
          brightness: jitter('How far the factor goes from 1, 0.4 in many recipes.', 10),
          contrast: jitter('How far the factor goes from 1.', 10),
          saturation: jitter('How far the factor goes from 1.', 10),
          hue: jitter('Largest turn of the hue; 0.5 is half the circle, to either side.', 0.5),
        },
        { additionalProperties: false, description: 'Change the colours, in random order.' },
      ),
    ),
    randAugment: Type.Optional(
      Type.Object(
        {
          ops: Type.Integer({ minimum: 1, maximum: 14, default: 2, description: 'Changes per image.' }),
          magnitude: Type.Integer({ minimum: 0, maximum: 30, default: 9, description: 'Strength of each, up to 30.' }),
        },
        {
          additionalProperties: false,
          description: 'RandAugment: so many of 14 kinds of changes, at one strength; {} is usual.',
        },
      ),
    ),
    trivialAugment: Type.Boolean({
      default: false,
      description: 'TrivialAugment: one of 14 kinds of changes at a random strength; instead of randAugment.',
    }),
    randomErasing: probability('Probability that a rectangle of a training image is erased: set to the mean.'),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'Random changes to training images, drawn anew for each image and epoch, in the order given here.',
  },
)

type AugmentationParams = Static<typeof augmentationParams>

/** @throws XpError when two policies are asked for, or a range runs backwards */
export function checkAugmentation({ randomResizedCrop, randAugment, trivialAugment }: AugmentationParams): void {
  if (randAugment && trivialAugment) throw twoAugmentPolicies()
  for (const [name, [low = 0, high = 0]] of Object.entries(randomResizedCrop ?? {})) {
    if (low > high) throw backwardRange(`augment.randomResizedCrop.${name}`, low, high)
  }
  const [, largest = 1] = randomResizedCrop?.scale ?? []
  if (largest > 1) throw scaleBeyondImage(largest)
}

/** What is on: params that mean the same give the same. */
export function augmentationOf(params: AugmentationParams): Augmentation {
  const { randomResizedCrop, horizontalFlip, verticalFlip, rotation, colorJitter, randAugment } = params
  const jitters = colorJitter !== undefined && Object.values(colorJitter).some((x) => x > 0)
  return {
    ...(randomResizedCrop && { randomResizedCrop }),
    horizontalFlip,
    ...(verticalFlip > 0 && { verticalFlip }),
    ...(rotation > 0 && { rotation }),
    ...(jitters && { colorJitter }),
    ...(randAugment && { randAugment }),
    ...(params.trivialAugment && { trivialAugment: true as const }),
    ...(params.randomErasing > 0 && { randomErasing: params.randomErasing }),
  }
}
