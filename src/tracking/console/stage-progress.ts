interface Mark {
  readonly time: number
  readonly done: number
}

/** Rates are taken over about this much of the recent past, in milliseconds. */
const rateWindow = 15_000

/** How far one stage is: counts, recent speed, latest training loss, time left. Times are those of the events. */
export class StageProgress {
  readonly stage: string
  done = 0
  total = 0
  what = ''
  loss: number | undefined
  #marks: Mark[] = []

  constructor(stage: string) {
    this.stage = stage
  }

  advance(time: number, done: number, total: number, what: string): void {
    if (what !== this.what || total !== this.total || done < this.done) this.#marks = []
    this.done = done
    this.total = total
    this.what = what
    this.#marks.push({ time, done })
    while (this.#marks.length > 2 && time - (this.#marks[1]?.time ?? time) >= rateWindow) this.#marks.shift()
    if (this.#marks.length > 512) this.#marks = this.#marks.filter((_, i) => i % 2 === 0 || i > 500)
  }

  get fraction(): number {
    return this.total > 0 ? this.done / this.total : 0
  }

  /** Things per second; undefined before there is something to measure. */
  get rate(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    if (first === undefined || last === undefined || last.time <= first.time || last.done <= first.done)
      return undefined
    return ((last.done - first.done) * 1000) / (last.time - first.time)
  }

  /** Milliseconds to the end at the recent speed. */
  get remaining(): number | undefined {
    const { rate } = this
    return rate === undefined ? undefined : ((this.total - this.done) * 1000) / rate
  }
}
