import type { ModelProvenance } from '../artifacts/model.ts'

/** `0.9940`; losses and scores to four decimals, `–` for what is not known. */
export const score = (value: number | undefined): string =>
  value === undefined ? '–' : Number.isFinite(value) ? value.toFixed(4) : String(value)

/** `12 000` with a narrow no-break space between thousands. */
export const count = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u202f')

export const percent = (fraction: number): string => `${(fraction * 100).toFixed(fraction >= 0.9995 ? 0 : 1)} %`

/** `1 epoch`, `3 epochs`. */
export const several = (n: number, one: string, more = `${one}s`): string => `${count(n)} ${n === 1 ? one : more}`

/** How far a model was trained, for a heading. */
export const trainedLabel = ({ trainedEpochs, trainedSteps }: ModelProvenance): string =>
  trainedSteps === 0
    ? 'before training'
    : trainedEpochs > 0
      ? `after ${several(trainedEpochs, 'epoch')}`
      : `after ${several(trainedSteps, 'step')}`
