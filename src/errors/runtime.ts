import { XpError } from './xp-error.ts'

export const runtimeLibraryMissing = (path: string, cause?: unknown) =>
  new XpError({
    code: 'XP_RUNTIME_MISSING',
    exit: 'environment',
    message: `the ONNX Runtime library cannot be loaded from ${path}`,
    hint: 'run "npm ci" again; the package onnxruntime-node ships it for Linux, macOS and Windows on x64 and arm64',
    cause,
  })

export const runtimeTooOld = (version: string, wanted: string) =>
  new XpError({
    code: 'XP_RUNTIME_TOO_OLD',
    exit: 'environment',
    message: `ONNX Runtime ${version} is too old: xp calls the interface of ${wanted}`,
    hint: 'run "npm ci" to get the version of package-lock.json',
  })

export const runtimeOutOfMemory = (what: string, reason: string) =>
  new XpError({
    code: 'XP_OUT_OF_MEMORY',
    exit: 'environment',
    message: `not enough memory to ${what}: ${reason}`,
    hint: 'use a smaller batchSize',
  })
