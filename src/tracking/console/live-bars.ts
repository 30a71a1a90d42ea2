import { MultiBar, type SingleBar } from 'cli-progress'
import { barLine, type Colors } from './progress-text.ts'
import type { StageProgress } from './stage-progress.ts'

/** Progress bars at the foot of a terminal, one per running stage; lines of text go above them. */
export class LiveBars {
  readonly #bars = new Map<string, SingleBar>()
  readonly #stream: NodeJS.WriteStream
  readonly #labelWidth: number
  readonly #color: Colors
  #multi: MultiBar | undefined

  constructor(stream: NodeJS.WriteStream, labelWidth: number, color: Colors) {
    this.#stream = stream
    this.#labelWidth = labelWidth
    this.#color = color
  }

  show(progress: StageProgress): void {
    const known = this.#bars.get(progress.stage)
    if (known !== undefined) {
      known.setTotal(Math.max(1, progress.total))
      known.update(progress.done, { progress })
      return
    }
    this.#multi ??= new MultiBar({
      stream: this.#stream,
      clearOnComplete: true,
      // Ctrl-C belongs to the runner, which ends the bars through the run's last event.
      gracefulExit: false,
      linewrap: null,
      fps: 8,
      format: (_options, _params, payload: { progress: StageProgress }) =>
        barLine(payload.progress, this.#stream.columns ?? 80, this.#labelWidth, this.#color),
    })
    this.#bars.set(progress.stage, this.#multi.create(Math.max(1, progress.total), progress.done, { progress }))
  }

  remove(stage: string): void {
    const bar = this.#bars.get(stage)
    if (bar === undefined || this.#multi === undefined) return
    this.#bars.delete(stage)
    if (this.#bars.size > 0) this.#multi.remove(bar)
    else this.stop()
  }

  print(line: string): void {
    if (this.#multi === undefined) this.#stream.write(`${line}\n`)
    else {
      this.#multi.log(`${line}\n`)
      this.#multi.update()
    }
  }

  stop(): void {
    this.#multi?.stop()
    this.#multi = undefined
    this.#bars.clear()
  }
}
