import { engineKeyWithoutEffect } from '../errors/config.ts'
import type { Location, XpError } from '../errors/xp-error.ts'
import type { EngineSettings, OnnxSettings, TfjsSettings } from '../registry/engine-settings.ts'
import { type LocatedMap, valueAt, withValueAt } from './located.ts'
import { locate } from './source.ts'

/** The keys that only one engine takes. */
const ownKeys = { onnx: ['device', 'precision', 'threads', 'allowFallback'], tfjs: ['backend'] } as const

type Written = Partial<Omit<OnnxSettings, 'name'> & Omit<TfjsSettings, 'name'>> & { readonly name?: unknown }

/** `engine: onnx` is short for `engine: { name: onnx }`. */
export function withLongEngine(root: LocatedMap): LocatedMap {
  const entry = root.entries.get('engine')
  if (entry?.value.kind !== 'scalar' || entry.value.value === null || entry.value.broken) return root
  const { span } = entry.value
  const long: LocatedMap = { kind: 'map', entries: new Map([['name', { key: entry.key, value: entry.value }]]), span }
  return withValueAt(root, ['engine'], entry.key, long) as LocatedMap
}

/** The engine with its defaults; meaningful only where the schema found no error. */
export function resolveEngine(
  root: LocatedMap,
  plain: unknown,
): { readonly engine: EngineSettings; readonly errors: readonly XpError[] } {
  const map = valueAt(root, ['engine'])
  const entries = map?.kind === 'map' ? map.entries : new Map<string, never>()
  const { name, ...own } = (plain ?? {}) as Written
  const other = name === 'onnx' ? 'tfjs' : 'onnx'
  const idle = name === 'onnx' || name === 'tfjs' ? ownKeys[other] : []
  const errors = idle.flatMap((key) => {
    const entry = entries.get(key)
    return entry === undefined ? [] : [engineKeyWithoutEffect(locate(entry.key), key, String(name), other)]
  })
  const where: Record<string, Location> = {}
  for (const [key, { value }] of entries) where[key] = locate(value.span)
  const settings: OnnxSettings | TfjsSettings =
    name === 'tfjs'
      ? { name, backend: own.backend ?? 'cpu' }
      : {
          name: 'onnx',
          device: own.device ?? 'auto',
          precision: own.precision ?? 'auto',
          ...(own.threads !== undefined && { threads: own.threads }),
          allowFallback: own.allowFallback ?? false,
        }
  return { engine: { ...settings, where }, errors }
}
