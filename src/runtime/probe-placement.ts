import { readFileSync } from 'node:fs'
import { api, create } from './calls.ts'
import { deviceOf } from './device.ts'
import { createSessionOptions } from './session-options.ts'

// The script of the process that `cpuOperators` starts: loads a model and lets ONNX Runtime log each node's provider.
const [, , name = '', file = ''] = process.argv
const verbose = 0
const environment = create(api().CreateEnv, verbose, 'xp')
const device = deviceOf(name)
const options = createSessionOptions({ threads: 1, optimization: 'basic', device, allowFallback: true })
const onnx = readFileSync(file)
create(api().CreateSessionFromArray, environment, onnx, onnx.byteLength, options)
