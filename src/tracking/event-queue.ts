import { open } from 'node:fs/promises'
import type { RunEvent } from '../registry/events.ts'

const chunkBytes = 1 << 20

/**
 * Events waiting for a slow reader, in order. At most `capacity` are held in memory; what comes on top is read back
 * from the run's event log once the reader has caught up, so an outage of hours costs no memory.
 */
export class EventQueue {
  readonly #capacity: number
  readonly #wanted: (event: RunEvent) => boolean
  readonly #log: () => string
  #waiting: RunEvent[] = []
  /** `seq` of the last wanted event seen, and of the last one that was in memory. */
  #seen = -1
  #held = -1
  #offset = 0

  constructor(options: {
    readonly capacity: number
    readonly wanted: (event: RunEvent) => boolean
    /** Path of the run's event log. */
    readonly log: () => string
  }) {
    this.#capacity = options.capacity
    this.#wanted = options.wanted
    this.#log = options.log
  }

  push(event: RunEvent): void {
    if (!this.#wanted(event)) return
    const spilling = this.#held < this.#seen
    this.#seen = event.seq
    if (spilling || this.#waiting.length >= this.#capacity) return
    this.#waiting.push(event)
    this.#held = event.seq
  }

  get empty(): boolean {
    return this.#waiting.length === 0 && this.#held === this.#seen
  }

  /** The first events, without taking them; empty also when the log does not yet hold what was seen. */
  async peek(count: number): Promise<readonly RunEvent[]> {
    if (this.#waiting.length === 0 && this.#held < this.#seen) await this.#readBack()
    return this.#waiting.slice(0, count)
  }

  take(count: number): void {
    this.#waiting.splice(0, count)
  }

  async #readBack(): Promise<void> {
    const file = await open(this.#log(), 'r')
    try {
      const buffer = Buffer.alloc(chunkBytes)
      while (this.#held < this.#seen && this.#waiting.length < this.#capacity) {
        const { bytesRead } = await file.read(buffer, 0, chunkBytes, this.#offset)
        const end = buffer.subarray(0, bytesRead).lastIndexOf(10)
        if (end < 0) return
        this.#offset += end + 1
        for (const line of buffer.toString('utf8', 0, end).split('\n')) {
          const event = JSON.parse(line) as RunEvent
          if (event.seq <= this.#held || event.seq > this.#seen || !this.#wanted(event)) continue
          this.#waiting.push(event)
          this.#held = event.seq
        }
      }
    } finally {
      await file.close()
    }
  }
}
