import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Metric {
  readonly key: string
  readonly value: number | string
  readonly timestamp: number
  readonly step: number
}

/** What a fault does to one request: answers it itself (true), or lets it through (false). */
export type Fault = (call: string, request: IncomingMessage, response: ServerResponse) => boolean

/** As much of an MLflow server as the client uses, in memory, strict about limits, with faults on demand. */
export async function fakeMlflow() {
  const calls: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const metrics: Metric[] = []
  const points = new Set<string>()
  const params = new Map<string, string>()
  const tags = new Map<string, string>()
  const files = new Map<string, string>()
  const state = {
    fault: (() => false) as Fault,
    status: 'none',
    runs: 0,
    artifactUri: 'mlflow-artifacts:/1/r1/artifacts',
    longestParam: 6000,
  }

  const run = () => ({ info: { run_id: 'r1', artifact_uri: state.artifactUri } })

  function answer(call: string, body: Record<string, never>): [number, object] {
    const bad = (message: string): [number, object] => [400, { error_code: 'INVALID_PARAMETER_VALUE', message }]
    switch (call) {
      case 'experiments/get-by-name':
        return [200, { experiment: { experiment_id: '1', lifecycle_stage: 'active' } }]
      case 'runs/search':
        return [200, state.runs === 0 ? {} : { runs: [run()] }]
      case 'runs/create':
        state.runs++
        state.status = 'RUNNING'
        return [200, { run: run() }]
      case 'runs/update':
        state.status = body.status ?? ''
        return [200, {}]
      case 'runs/log-batch': {
        const sent: Metric[] = body.metrics ?? []
        const sentParams: { key: string; value: string }[] = body.params ?? []
        if (sent.length > 1000 || sentParams.length > 100) return bad('too many')
        for (const p of sentParams) {
          if (p.value.length > state.longestParam) return bad(`Param value '${p.value}' had length too long`)
          if ((params.get(p.key) ?? p.value) !== p.value) return bad(`Changing param values is not allowed: ${p.key}`)
        }
        // As the SQL stores do: the same point sent again is one point.
        for (const m of sent) {
          const point = JSON.stringify([m.key, m.timestamp, m.step, m.value])
          if (!points.has(point)) metrics.push(m)
          points.add(point)
        }
        for (const p of sentParams) params.set(p.key, p.value)
        for (const t of (body.tags ?? []) as { key: string; value: string }[]) tags.set(t.key, t.value)
        return [200, {}]
      }
      default:
        return [200, {}]
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      const call = path.replace(/^(\/prefix)?\/api\/2\.0\/(mlflow\/)?/, '')
      calls.push(call)
      headers.push(request.headers)
      if (state.fault(call, request, response)) return
      const body = Buffer.concat(chunks).toString()
      if (request.method === 'PUT') files.set(call, body)
      const [status, json] = request.method === 'PUT' ? [200, {}] : answer(call, body === '' ? {} : JSON.parse(body))
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
    })
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const { port } = server.address() as AddressInfo

  return {
    uri: `http://127.0.0.1:${port}`,
    calls,
    headers,
    metrics,
    params,
    tags,
    files,
    state,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
    restart: () => listen(port),
  }
}

/** Answers the first `count` requests with a status, then lets all through. */
export function failing(count: number, status: number, headers: Record<string, string> = {}): Fault {
  let left = count
  return (_call, _request, response) => {
    if (left-- <= 0) return false
    response.writeHead(status, headers).end('{"error_code":"TEMPORARILY_UNAVAILABLE","message":"busy"}')
    return true
  }
}
