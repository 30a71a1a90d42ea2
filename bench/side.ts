import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

/** Idle threads spin a while after work; the other side starts when they sleep. */
const settleMs = 300

interface Answer {
  readonly seconds: readonly number[]
  readonly peakBytes: number
}

/** A benchmark's child process that makes steps when told to. */
export class Side {
  readonly name: string
  readonly seconds: number[] = []
  peakBytes = 0
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterator<string>

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name
    this.#child = spawn(command, args)
    this.#child.stderr.pipe(process.stderr)
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  async ready(): Promise<void> {
    await this.#answer()
  }

  /** Makes steps without counting their time. */
  async run(steps: number): Promise<readonly number[]> {
    this.#child.stdin.write(`${steps}\n`)
    const answer = (await this.#answer()) as Answer
    this.peakBytes = answer.peakBytes
    await setTimeout(settleMs)
    return answer.seconds
  }

  async time(steps: number): Promise<readonly number[]> {
    const seconds = await this.run(steps)
    this.seconds.push(...seconds)
    return seconds
  }

  async end(): Promise<void> {
    const exited = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin.end()
    await exited
  }

  async #answer(): Promise<unknown> {
    const { done, value } = await this.#lines.next()
    if (done) throw new Error(`${this.name} ended early`)
    return JSON.parse(value)
  }
}
