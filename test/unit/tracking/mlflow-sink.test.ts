import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMlflowSink, type MlflowOptions } from '../../../src/tracking/mlflow/sink.ts'
import { failing, fakeMlflow } from './fake-mlflow.ts'
import { scriptedRun } from './scripted-run.ts'

let server: Awaited<ReturnType<typeof fakeMlflow>>
let dir = ''
beforeEach(async () => {
  server = await fakeMlflow()
  dir = mkdtempSync(join(tmpdir(), 'xp-sink-'))
})
afterEach(() => server.stop())

const quick = { flush: 10, call: 20_000, firstRetry: 5, lastRetry: 40, close: 60_000 }
const sinkOf = (more: Partial<MlflowOptions> = {}) =>
  createMlflowSink({ uri: server.uri, experiment: 'e', env: {}, timing: quick, ...more })

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}
const losses = () => server.metrics.filter((m) => m.key === 'train/loss').map((m) => m.step)
const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

async function send(events = scriptedRun({ dir }), sink = sinkOf()) {
  for (const event of events) sink.handle(event)
  return sink.close()
}

it('sends everything in order to a healthy server', async () => {
  expect(await send(scriptedRun({ dir, steps: 2500 }))).toEqual({})
  expect(losses()).toEqual(oneTo(2500))
  expect(server.state.status).toBe('FINISHED')
  expect([...server.files.keys()].map((k) => k.split('/').at(-1))).toEqual([
    'confusion_matrix.json',
    'confusion_matrix.svg',
    'report.html',
    'resolved.yaml',
  ])
  expect(server.calls.filter((c) => c === 'runs/create')).toHaveLength(1)
})

it.each([
  ['500', 500, {}],
  ['429 with Retry-After', 429, { 'retry-after': '0.02' }],
  ['503', 503, {}],
])('tries again after %s', async (_, status, headers) => {
  server.state.fault = failing(2, status, headers)
  expect(await send()).toEqual({})
  expect(losses()).toEqual(oneTo(25))
})

it('waits as long as the server asks', async () => {
  let refusedAt = 0
  let cameBackAt = 0
  server.state.fault = (_call, _request, response) => {
    if (refusedAt > 0) {
      cameBackAt ||= Date.now()
      return false
    }
    refusedAt = Date.now()
    response.writeHead(429, { 'retry-after': '0.3' }).end()
    return true
  }
  expect(await send()).toEqual({})
  expect(cameBackAt - refusedAt).toBeGreaterThanOrEqual(290)
})

it.each([1, Number.POSITIVE_INFINITY])(
  'a lost race for a database row is tried again, %d times lost',
  async (times) => {
    let lost = 0
    server.state.fault = (call, _request, response) => {
      if (call !== 'runs/log-inputs' || lost++ >= times) return false
      response.writeHead(400).end('{"error_code":"BAD_REQUEST","message":"(sqlite3.IntegrityError) UNIQUE constraint"}')
      return true
    }
    const { undelivered } = await send()
    if (times === 1) expect(undelivered).toBeUndefined()
    else expect(undelivered).toMatch(/did not get 1 dataset .*IntegrityError/)
    expect(server.state.status).toBe('FINISHED')
  },
)

it('a request that hangs is given up and sent again', async () => {
  let hung = 0
  server.state.fault = (call) => call === 'runs/log-batch' && hung++ === 0
  expect(await send(undefined, sinkOf({ timing: { ...quick, call: 500 } }))).toEqual({})
  expect(losses()).toEqual(oneTo(25))
})

it('a server that never answers does not hold up the end', async () => {
  server.state.fault = () => true
  const { undelivered } = await send(undefined, sinkOf({ timing: { ...quick, call: 600_000, close: 100 } }))
  expect(undelivered).toContain('no answer in time')
})

it('an answer that breaks off after the run was made does not make a second run', async () => {
  let broken = 0
  server.state.fault = (call, _request, response) => {
    if (call !== 'runs/create' || broken++ > 0) return false
    server.state.runs++
    response.writeHead(200, { 'content-length': '1000' })
    response.write('{"run":')
    response.destroy()
    return true
  }
  expect(await send()).toEqual({})
  expect(server.state.runs).toBe(1)
})

it('a dead server never throws, and the end says what is missing and where it is', async () => {
  await server.stop()
  const events = scriptedRun({ dir })
  const { undelivered } = await send(events)
  expect(undelivered).toMatch(/the params, 28 metrics, 1 dataset, 3 stage tags, 2 files and the final status /)
  expect(undelivered).toContain('connection refused')
  expect(undelivered).toContain(join(dir, 'events.jsonl'))
  expect(undelivered).not.toContain('\n')
})

it('what happens while the server is away is sent when it comes back', async () => {
  const events = scriptedRun({ dir, steps: 200 })
  const sink = sinkOf()
  for (const event of events.slice(0, 100)) sink.handle(event)
  await until(() => losses().length > 0)
  await server.stop()
  for (const event of events.slice(100, 300)) sink.handle(event)
  await new Promise((resolve) => setTimeout(resolve, 60))
  await server.restart()
  for (const event of events.slice(300)) sink.handle(event)
  expect(await sink.close()).toEqual({})
  expect(losses()).toEqual(oneTo(200))
})

it('more events than memory may hold are read back from the event log', async () => {
  await server.stop()
  const events = scriptedRun({ dir, steps: 3000 })
  const sink = sinkOf({ capacity: 50 })
  for (const event of events) sink.handle(event)
  await server.restart()
  expect(await sink.close()).toEqual({})
  expect(losses()).toEqual(oneTo(3000))
  expect(server.state.status).toBe('FINISHED')
})

it('handle never sends by itself: it returns before any request is made', () => {
  const sink = sinkOf()
  for (const event of scriptedRun({ dir, steps: 500 })) sink.handle(event)
  expect(server.calls).toEqual([])
  return sink.close()
})

it('long params reach an older server shortened, and only those', async () => {
  server.state.longestParam = 250
  expect(await send()).toEqual({})
  expect(server.params.get('load.root')).toHaveLength(250)
  expect(server.params.get('load.root')?.endsWith('…')).toBe(true)
  expect(server.params.get('train.epochs')).toBe('3')
})

it('a metrics batch that the server finds invalid is skipped, said, and the run is still closed', async () => {
  server.state.fault = (call, _request, response) => {
    if (call !== 'runs/log-batch' || server.params.size === 0 || losses().length > 0) return false
    response.writeHead(400).end('{"error_code":"INVALID_PARAMETER_VALUE","message":"bad metric"}')
    return true
  }
  const { undelivered } = await send()
  expect(undelivered).toMatch(/metrics.*bad metric/)
  expect(server.state.status).toBe('FINISHED')
})

it('a store that takes no files does not keep the run open', async () => {
  server.state.fault = (_call, request, response) => {
    if (request.method !== 'PUT') return false
    response.writeHead(500).end()
    return true
  }
  const { undelivered } = await send()
  expect(undelivered).toMatch(/did not get 2 files \(500/)
  expect(server.state.status).toBe('FINISHED')
})

it('storage out of reach is named', async () => {
  server.state.artifactUri = 's3://bucket/1/r1/artifacts'
  const { undelivered } = await send()
  expect(undelivered).toMatch(/2 files.*s3:\/\/bucket.*--serve-artifacts/)
})

it('a server that keeps files in a local folder gets them copied there', async () => {
  server.state.artifactUri = `file://${dir}/store/1/r1/artifacts`
  expect(await send()).toEqual({})
  expect(readFileSync(join(dir, 'store/1/r1/artifacts/report.html'), 'utf8')).toContain('report')
})

it('wrong credentials stop it after one call', async () => {
  server.state.fault = (_call, _request, response) => {
    response.writeHead(401).end('{"error_code":"UNAUTHENTICATED","message":"who are you"}')
    return true
  }
  const { undelivered } = await send()
  expect(undelivered).toContain('401 UNAUTHENTICATED: who are you')
  expect(server.calls).toHaveLength(1)
})

it('credentials of the URI are sent, and never shown', async () => {
  const uri = server.uri.replace('http://', 'http://me:secret@')
  expect(await send(undefined, sinkOf({ uri }))).toEqual({})
  expect(server.headers[0]?.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`)
  await server.stop()
  const { undelivered } = await send(undefined, sinkOf({ uri }))
  expect(undelivered).not.toContain('secret')
})

it('credentials do not follow a redirect or a foreign artifact store', async () => {
  const other = await fakeMlflow()
  server.state.artifactUri = `mlflow-artifacts://${new URL(other.uri).host}/1/r1/artifacts`
  await send(undefined, sinkOf({ env: { MLFLOW_TRACKING_TOKEN: 't' } }))
  expect(other.files.size).toBe(4)
  expect(other.headers.every((h) => h.authorization === undefined)).toBe(true)
  expect(server.headers[0]?.authorization).toBe('Bearer t')
  server.state.fault = (_call, _request, response) => {
    response.writeHead(302, { location: `${other.uri}/api` }).end()
    return true
  }
  const { undelivered } = await send(undefined, sinkOf({ env: { MLFLOW_TRACKING_TOKEN: 't' } }))
  expect(undelivered).toContain('redirects')
  await other.stop()
})

it('a path in front of the API is kept', async () => {
  expect(await send(undefined, sinkOf({ uri: `${server.uri}/prefix/` }))).toEqual({})
  expect(server.calls[0]).toBe('experiments/get-by-name')
})

it('several NaN of one metric become one', async () => {
  const [start, ...rest] = scriptedRun({ dir, steps: 1 })
  const end = rest.at(-1)
  if (start === undefined || end === undefined) throw new Error('no events')
  const sink = sinkOf()
  sink.handle(start)
  for (const step of [1, 2, 3, 4]) {
    const seq = step
    sink.handle({
      seq,
      time: 5,
      type: 'metric',
      stage: 'train',
      replayed: false,
      name: 'train/loss',
      value: Number.NaN,
      step,
    })
    if (step === 2) await until(() => losses().length === 1)
  }
  sink.handle({ ...end, seq: 5 })
  expect(await sink.close()).toEqual({})
  expect(server.metrics.filter((m) => m.value === 'NaN')).toHaveLength(1)
})

it('a line that is still being written to the event log is left for later', async () => {
  await server.stop()
  const events = scriptedRun({ dir, steps: 100 })
  const log = join(dir, 'events.jsonl')
  const text = readFileSync(log, 'utf8')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(log, text.slice(0, text.length - 20))
  const sink = sinkOf({ capacity: 10 })
  for (const event of events) sink.handle(event)
  await server.restart()
  await until(() => losses().length === 100)
  appendFileSync(log, text.slice(text.length - 20))
  expect(await sink.close()).toEqual({})
  expect(server.state.status).toBe('FINISHED')
})
