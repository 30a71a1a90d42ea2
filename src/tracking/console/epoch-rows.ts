import type { RunEvent } from '../../registry/events.ts'
import { number } from './text.ts'

interface EpochScores {
  readonly epoch: number
  trainLoss: { sum: number; steps: number }
  readonly validation: Map<string, number>
}

const columns = [
  ['validation/loss', 'val. loss'],
  ['validation/accuracy', 'accuracy'],
  ['validation/f1', 'F1'],
] as const
const width = 11

/** Turns a training stage's metrics into one aligned row per epoch, given out once the epoch's scores are complete. */
export class EpochRows {
  #current: EpochScores | undefined
  #headed = false

  /** Rows that this event completes; call it with every event of the stage. */
  rows(event: RunEvent): readonly string[] {
    if (event.type === 'stage-finished') return this.flush()
    const isScore = event.type === 'metric' && event.epoch !== undefined
    const scored = (this.#current?.validation.size ?? 0) > 0
    if (!isScore) return scored && event.type !== 'warning' ? this.flush() : []
    const epoch = event.epoch as number
    const validation = event.name.startsWith('validation/')
    const out = this.#current !== undefined && (scored ? !validation : epoch > this.#current.epoch) ? this.flush() : []
    this.#current ??= { epoch: Math.ceil(epoch), trainLoss: { sum: 0, steps: 0 }, validation: new Map() }
    if (validation) this.#current.validation.set(event.name, event.value)
    else if (event.name === 'train/loss') {
      this.#current.trainLoss.sum += event.value
      this.#current.trainLoss.steps += 1
    }
    return out
  }

  /** What is known of the epoch at hand, if anything. */
  flush(): readonly string[] {
    const scores = this.#current
    this.#current = undefined
    if (scores === undefined || (scores.trainLoss.steps === 0 && scores.validation.size === 0)) return []
    const { sum, steps } = scores.trainLoss
    const cells = [steps === 0 ? '–' : number(sum / steps)]
    for (const [name] of columns) cells.push(number(scores.validation.get(name) ?? Number.NaN).replace('NaN', '–'))
    const row = `${String(scores.epoch).padStart(9)}${cells.map((c) => c.padStart(width)).join('')}`
    const head = `    epoch${['train loss', ...columns.map(([, title]) => title)].map((c) => c.padStart(width)).join('')}`
    const headed = this.#headed
    this.#headed = true
    return headed ? [row] : [head, row]
  }
}
