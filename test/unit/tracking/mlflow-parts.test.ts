import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { XpError } from '../../../src/errors/xp-error.ts'
import { filesOf } from '../../../src/tracking/mlflow/artifact-files.ts'
import { keyOf, protoNumber, shorten } from '../../../src/tracking/mlflow/limits.ts'
import { MetricKeys } from '../../../src/tracking/mlflow/metric-keys.ts'
import { pingMlflow } from '../../../src/tracking/mlflow/ping.ts'
import { startTags } from '../../../src/tracking/mlflow/run-setup.ts'
import { Tally } from '../../../src/tracking/mlflow/tally.ts'
import { targetOf } from '../../../src/tracking/mlflow/target.ts'
import { failing, fakeMlflow } from './fake-mlflow.ts'

it('every key satisfies the strictest server: allowed characters, a normal relative path, at most 250 long', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.stringMatching(/^[./a :]{0,30}$/)),
      (name) => {
        const key = keyOf(name)
        expect(key).toMatch(/^[\w.\-/ ]{1,250}$/)
        expect(posix.normalize(key)).toBe(key)
        expect(key).not.toMatch(/^\/|^\.\.|^\.$|\/$/)
      },
    ),
  )
})

it('keys that are fine stay as they are', () => {
  for (const key of ['train/loss', 'zero-shot/test/f1', 'train.learningRate']) expect(keyOf(key)).toBe(key)
})

it('numbers that JSON cannot say become words', () => {
  expect([Number.NaN, Infinity, -Infinity, 0.5].map(protoNumber)).toEqual(['NaN', 'Infinity', '-Infinity', 0.5])
})

it('a cut shows, and only where there is one', () => {
  expect(shorten('abcdef', 6)).toBe('abcdef')
  expect(shorten('abcdefg', 6)).toBe('abcde…')
})

const stage = (id: string, uses: string) => ({ id, uses })

it('metrics keep their names until two stages could log the same one', () => {
  const keys = new MetricKeys([
    stage('before', 'evaluate/classification'),
    stage('train', 'train/supervised'),
    stage('after', 'evaluate/classification'),
  ])
  expect(keys.key('train', 'train/loss', 1)).toBe('train/loss')
  expect(keys.key('before', 'test/accuracy', 0)).toBe('before/test/accuracy')
  expect(keys.key('after', 'test/accuracy', 0)).toBe('after/test/accuracy')
  expect(new MetricKeys([stage('evaluate', 'evaluate/classification')]).key('evaluate', 'test/f1', 0)).toBe('test/f1')
})

it('a name that another stage has taken gets the stage in front', () => {
  const keys = new MetricKeys([stage('train', 'train/supervised'), stage('check', 'evaluate/classification')])
  expect(keys.key('train', 'validation/loss', 1)).toBe('validation/loss')
  expect(keys.key('check', 'validation/loss', 0)).toBe('check/validation/loss')
})

it('final metrics that went under no key are found, with the step of what they repeat', () => {
  const keys = new MetricKeys([stage('a', 'evaluate/classification'), stage('b', 'evaluate/classification')])
  keys.key('a', 'test/loss', 7)
  keys.key('b', 'validation/loss', 8)
  const final = { 'a/test/loss': 1, 'test/loss': 1, 'b/validation/loss': 2, 'validation/loss': 2, other: 3 }
  expect(keys.missing(final)).toEqual([
    { key: 'test/loss', value: 1, step: 7 },
    { key: 'validation/loss', value: 2, step: 8 },
    { key: 'other', value: 3, step: 0 },
  ])
})

it.each(['file:./mlruns', 'sqlite:///mlflow.db', 'databricks', 'databricks://profile', './mlruns', ''])(
  'the URI "%s" is refused before any work',
  (uri) => {
    expect(() => targetOf(uri, {})).toThrow(
      expect.objectContaining({ code: 'XP_UNSUPPORTED_TRACKING_URI', exit: 'config' }),
    )
  },
)

it('a refused URI does not give its password away', () => {
  expect(() => targetOf('postgresql://me:secret@host/db', {})).toThrow(/^(?!.*secret)/)
})

it.each(['MLFLOW_TRACKING_INSECURE_TLS', 'MLFLOW_TRACKING_CLIENT_CERT_PATH', 'MLFLOW_TRACKING_AWS_SIGV4'])(
  'the setting %s is refused by name, not ignored',
  (variable) => {
    expect(() => targetOf('https://mlflow', { [variable]: 'true' })).toThrow(variable)
    expect(targetOf('https://mlflow', { [variable]: 'false' }).base).toBe('https://mlflow')
  },
)

const empty = mkdtempSync(join(tmpdir(), 'xp-home-'))
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`

it('user and password come before a token, the environment before the credentials file', () => {
  const home = mkdtempSync(join(tmpdir(), 'xp-home-'))
  mkdirSync(join(home, '.mlflow'))
  const text = '[mlflow]\nmlflow_tracking_username = file-user\nmlflow_tracking_password = file-pass\n'
  writeFileSync(join(home, '.mlflow', 'credentials'), text)
  const of = (env: Record<string, string>, folder: string) => targetOf('https://mlflow', env, folder).authorization
  const both = { MLFLOW_TRACKING_USERNAME: 'u', MLFLOW_TRACKING_PASSWORD: 'p', MLFLOW_TRACKING_TOKEN: 't' }
  expect(of(both, home)).toBe(basic('u:p'))
  expect(of({ MLFLOW_TRACKING_TOKEN: 't' }, home)).toBe(basic('file-user:file-pass'))
  expect(of({ MLFLOW_TRACKING_TOKEN: 't' }, empty)).toBe('Bearer t')
  expect(of({}, empty)).toBeUndefined()
})

it('the base keeps a path and loses user, password and trailing slashes', () => {
  const target = targetOf('https://me:p%40ss@host:8443/mlflow//', {}, empty)
  expect(target.base).toBe('https://host:8443/mlflow')
  expect(target.authorization).toBe(basic('me:p@ss'))
})

it('what is missing is said in words', () => {
  const tally = new Tally()
  expect(tally.missing()).toBeUndefined()
  for (const kind of ['metric', 'metric', 'artifact', 'run-finished'] as const) tally.expect(kind)
  expect(tally.missing()).toBe('2 metrics, 1 file and the final status')
  tally.delivered('metric', 2)
  tally.delivered('run-finished')
  expect(tally.missing()).toBe('1 file')
})

it('tags of the run keep to the namespaces xp and mlflow', () => {
  const run = { runId: 'r', name: 'n', dir: '/d', file: 'f.yaml', seed: 1, params: {}, stages: [] }
  const tags = { 'git.commit': 'abc', 'xp.engine': 'onnx', note: 'n' }
  const sent = Object.fromEntries(startTags({ ...run, tags }).map((t) => [t.key, t.value]))
  expect(sent).toMatchObject({
    'mlflow.source.git.commit': 'abc',
    'xp.engine': 'onnx',
    'xp.note': 'n',
    'xp.run_id': 'r',
  })
})

it('a model folder is not uploaded, a confusion matrix of many classes only as JSON', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'xp-files-'))
  writeFileSync(join(folder, 'config.json'), '{}')
  expect(await filesOf({ stage: 'train', name: 'model', path: folder })).toEqual([])
  const many = Array.from({ length: 61 }, (_, i) => `c${i}`)
  const path = join(folder, 'value.json')
  writeFileSync(path, JSON.stringify({ part: 'test', classes: many, confusion: many.map(() => many.map(() => 0)) }))
  expect((await filesOf({ stage: 'after', name: 'evaluation.json', path })).map((f) => f.name)).toEqual([
    'after/confusion_matrix.json',
  ])
})

it('a ping passes where the server answers, and fails with exit kind tracking where it does not', async () => {
  const server = await fakeMlflow()
  await pingMlflow(server.uri, {})
  server.state.fault = failing(1, 401)
  const refused = await pingMlflow(server.uri, {}).catch((e) => e)
  expect(refused).toBeInstanceOf(XpError)
  expect(refused).toMatchObject({ exit: 'tracking', code: 'XP_TRACKING_UNREACHABLE' })
  await server.stop()
  await expect(pingMlflow(server.uri, {})).rejects.toThrow(/connection (refused|closed)/)
})
