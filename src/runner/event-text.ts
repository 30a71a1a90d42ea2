/** Numbers that JSON cannot say, as MLflow and proto3 JSON write them. */
const unsayable: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

/** One line of an event log, with its line end. A value that is no finite number is written as a string. */
export const eventLine = (event: object): string =>
  `${JSON.stringify(event, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value))}\n`

function parseLine<T>(line: string): T | undefined {
  try {
    const event = JSON.parse(line) as T & { type: string; value?: unknown }
    if (event.type === 'metric' && typeof event.value === 'string') event.value = unsayable[event.value]
    return event
  } catch {
    return undefined
  }
}

/** The events of a log. What follows a line cut short by a crash is left out. */
export function parseEvents<T>(text: string): T[] {
  const events: T[] = []
  for (const line of text.split('\n').slice(0, -1)) {
    const event = parseLine<T>(line)
    if (event === undefined) break
    events.push(event)
  }
  return events
}
