import { type TNumberOptions, Type } from 'typebox'

const perChannel = (description: string, minimum: TNumberOptions) =>
  Type.Array(Type.Number(minimum), { minItems: 3, maxItems: 3, default: [0.5, 0.5, 0.5], description })

/** Side of the square images that a model takes. */
export const imageSize = Type.Integer({
  minimum: 1,
  maximum: 4096,
  default: 224,
  description: 'Height and width of the images the model takes, in pixels.',
})

/** How pixels are normalised for a model that has no checkpoint to say so. */
export const normalisation = {
  imageMean: perChannel('Subtracted from each channel of pixels in 0…1: red, green, blue.', {
    minimum: 0,
    maximum: 1,
  }),
  imageStd: perChannel('Divides each channel after imageMean is subtracted: red, green, blue.', {
    exclusiveMinimum: 0,
  }),
}
