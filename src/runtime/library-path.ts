import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const fileNames: Readonly<Record<string, string>> = {
  darwin: 'libonnxruntime.1.dylib',
  linux: 'libonnxruntime.so.1',
  win32: 'onnxruntime.dll',
}

/** Where the npm package onnxruntime-node keeps ONNX Runtime's shared library for this platform. */
export function libraryPath(platform: string = process.platform, arch: string = process.arch): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node')
  const name = fileNames[platform] ?? 'libonnxruntime.so.1'
  return join(dirname(dirname(entry)), 'bin', 'napi-v6', platform, arch, name)
}
