import { Type } from 'typebox'
import type { ImageColumns } from './parquet-images.ts'

/** Params of a stage that reads images out of parquet files. */
export const imageColumnParams = {
  imageColumn: Type.String({
    default: 'image',
    minLength: 1,
    description: 'Column with the bytes of each image file, alone or as bytes beside path.',
  }),
  labelColumn: Type.String({
    default: 'label',
    minLength: 1,
    description: 'Column with the class of each image: its name, or its number where the file names the classes.',
  }),
}

export interface ColumnParams {
  readonly imageColumn: string
  readonly labelColumn: string
  readonly groupColumn?: string
}

export const imageColumns = ({ imageColumn, labelColumn, groupColumn }: ColumnParams): ImageColumns => ({
  image: imageColumn,
  label: labelColumn,
  ...(groupColumn === undefined ? {} : { group: groupColumn }),
})
