import { basename } from 'node:path'
import pc from 'picocolors'
import type { SourceProgress } from '../../sources/source.ts'
import { barLine, plainLine } from './progress-text.ts'
import { StageProgress } from './stage-progress.ts'
import { printable } from './text.ts'

/** A log without a terminal gets a line at most this often (milliseconds). */
const plainEvery = 10_000
const liveEvery = 125

interface Shown {
  readonly progress: StageProgress
  at: number
}

/** Tells a person how far source data is that takes long to get: one live line on a terminal, plain lines elsewhere. */
export function createSourceProgress({
  stream,
  isTTY,
  now = Date.now,
}: {
  readonly stream: NodeJS.WritableStream & { readonly columns?: number }
  readonly isTTY: boolean
  readonly now?: () => number
}): (progress: SourceProgress) => void {
  const colors = pc.createColors(isTTY && process.env.NO_COLOR === undefined)
  const sources = new Map<string, Shown>()
  return ({ source, done, total, what }) => {
    const time = now()
    const shown = sources.get(source) ?? { progress: new StageProgress(printable(basename(source))), at: 0 }
    sources.set(source, shown)
    shown.progress.advance(time, done, total, what)
    const isOver = done >= total
    if (!isOver && time - shown.at < (isTTY ? liveEvery : plainEvery)) return
    shown.at = time
    if (!isTTY) stream.write(`${plainLine(shown.progress)}\n`)
    else if (isOver) stream.write('\r\u001b[K')
    else {
      const { stage } = shown.progress
      stream.write(`\r\u001b[K${barLine(shown.progress, stream.columns ?? 80, stage.length, colors)}`)
    }
  }
}
