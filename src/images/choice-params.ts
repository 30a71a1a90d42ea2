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

/** Params of such a stage that open each image (`Tolerance`). */
export const toleranceParams = {
  onError: Type.Union([Type.Literal('fail'), Type.Literal('skip')], {
    default: 'fail',
    description: 'Images that cannot be read: fail, naming them; or skip them, counted in the report.',
  }),
  leaks: Type.Union([Type.Literal('warn'), Type.Literal('fail')], {
    default: 'warn',
    description: 'Equal or nearly equal images in several parts of data that come in parts: warn or fail.',
  }),
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
  'load/unreadable': { unit: 'images', per: 'run', description: 'Images that cannot be read and were left out.' },
  'load/lookalikes': { unit: 'images', per: 'run', description: 'Images equal or nearly equal to others.' },
  'load/classes': { unit: 'classes', per: 'run', description: 'Classes found.' },
} as const
