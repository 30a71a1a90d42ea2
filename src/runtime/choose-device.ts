import { deviceUnavailable } from '../errors/runtime.ts'
import { type Device, deviceOf } from './device.ts'
import { deviceLacks } from './device-files.ts'
import { probeDevice } from './probe.ts'

/**
 * The device by its name in experiments; `auto` is CUDA where a model runs there, else the CPU.
 * @throws XP_DEVICE_UNAVAILABLE when files that it needs are not there; whether it works is seen when it is used
 */
export async function chooseDevice(name: string): Promise<Device> {
  if (name === 'auto') return deviceOf((await probeDevice('cuda')) === undefined ? 'cuda' : 'cpu')
  const lacking = deviceLacks(name)
  if (lacking !== undefined) throw deviceUnavailable(name, lacking)
  return deviceOf(name)
}

/** Runs a model of one operator there, in a process of its own. @throws XP_DEVICE_UNAVAILABLE */
export async function checkDevice(name: string): Promise<void> {
  const reason = await probeDevice(name)
  if (reason !== undefined) throw deviceUnavailable(name, reason)
}
