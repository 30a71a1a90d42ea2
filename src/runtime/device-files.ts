import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deviceOf } from './device.ts'
import { libraryPath } from './library-path.ts'

const providerFiles: Readonly<Record<string, string>> = {
  linux: 'libonnxruntime_providers_cuda.so',
  win32: 'onnxruntime_providers_cuda.dll',
}

/** One of these is there where an NVIDIA driver is: the kernel's module, a container's device, WSL's paravirtual GPU. */
const driverFiles = ['/proc/driver/nvidia', '/dev/nvidiactl', '/dev/dxg']

/** What a device plainly lacks here, by the presence of files alone; undefined when only a session can tell. */
export function deviceLacks(
  name: string,
  platform: string = process.platform,
  exists: (path: string) => boolean = existsSync,
): string | undefined {
  if (deviceOf(name).provider !== 'cuda') return undefined
  const file = providerFiles[platform]
  if (file === undefined) return `there is no CUDA on ${platform}`
  if (!exists(join(dirname(libraryPath(platform)), file))) return `${file} is not beside the ONNX Runtime library`
  if (platform === 'linux' && !driverFiles.some(exists)) return 'there is no NVIDIA driver'
  return undefined
}
