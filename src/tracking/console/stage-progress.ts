interface Mark {
  readonly time: number
  readonly done: number
}

/** Rates are taken over about this much of the recent past, in milliseconds. */
const rateWindow = 15_000

/** A count's noun, perhaps with what is done to the things: `images`, `images checked`. */
export const counted = /^([a-z]+)( [a-z]+)?$/

/** How far one stage is: counts, recent speed, latest training loss, time left. Times are those of the events. */
export class StageProgress {
  readonly stage: string
  done = 0
  total = 0
  what = ''
  loss: number | undefined
  #marks: Mark[] = []
  #fraction = 0

  constructor(stage: string) {
    this.stage = stage
  }

  advance(time: number, done: number, total: number, what: string): void {
    if (what !== this.what || total !== this.total || done < this.done) this.#marks = []
    this.done = done
    this.total = total
    this.what = what
    // Work within the work, like validation between epochs, moves the whole no further.
    if (!this.isAside) this.#fraction = total > 0 ? done / total : 0
    this.#marks.push({ time, done })
    while (this.#marks.length > 2 && time - (this.#marks[1]?.time ?? time) >= rateWindow) this.#marks.shift()
    if (this.#marks.length > 512) this.#marks = this.#marks.filter((_, i) => i % 2 === 0 || i > 500)
  }

  /** Whether what is counted now is a labelled part, like `validation of epoch 2`, not the stage's own work. */
  get isAside(): boolean {
    return this.what !== '' && !counted.test(this.what)
  }

  /** Of the stage's own work. */
  get fraction(): number {
    return this.#fraction
  }

  /** Things per second; undefined before there is something to measure. */
  get rate(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    if (first === undefined || last === undefined || last.time <= first.time || last.done <= first.done)
      return undefined
    return ((last.done - first.done) * 1000) / (last.time - first.time)
  }

  /** Milliseconds to the end of the stage's own work at the recent speed. */
  get remaining(): number | undefined {
    const { rate } = this
    return rate === undefined || this.isAside ? undefined : ((this.total - this.done) * 1000) / rate
  }
}
