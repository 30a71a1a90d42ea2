import { Type } from 'typebox'

/** Params of a stage that loads images: which of them it takes, under which labels (`Choice`). */
export const choiceParams = {
  labels: Type.Optional(
    Type.Union(
      [
        Type.Array(Type.String({ minLength: 1 }), { minItems: 2 }),
        Type.Record(Type.String(), Type.String({ minLength: 1 })),
      ],
      {
        description:
          'A list: the classes to use, in the order of their labels. A table: new names of classes; several may get one name. By code point when absent.',
      },
    ),
  ),
  imagesPerClass: Type.Optional(
    Type.Integer({ minimum: 1, description: 'At most so many images of each class, of each part.' }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, description: 'At most so many images of each part, for a quick trial.' }),
  ),
}

/** Param of such a stage that reads a table. */
export const groupParam = {
  groupColumn: Type.Optional(
    Type.String({
      minLength: 1,
      description:
        'Column of what images have in common that are to stay in one part, such as a patient or a product: splits keep groups whole.',
    }),
  ),
}

/** Metrics of such a stage. */
export const loadMetrics = {
  'load/images': { unit: 'images', per: 'run', description: 'Images found.' },
  'load/*': { unit: 'images', per: 'run', description: 'Images found in a part, where there are parts.' },
  'load/classes': { unit: 'classes', per: 'run', description: 'Classes found.' },
} as const
