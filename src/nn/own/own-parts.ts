import { badOwnModel } from '../../errors/models.ts'
import type { Buffer, Parameter, Weights } from '../../registry/engine.ts'
import type { OwnBuffer, OwnModel, OwnParameter } from '../../registry/own-model.ts'
import { Mt19937 } from '../../std/mt19937.ts'
import { elementCount } from '../../std/shape.ts'
import { uniformWithin } from '../../std/torch-kaiming.ts'
import { fillNormal } from '../../std/torch-normal.ts'
import { decaysByName } from '../decay.ts'

const initials = ['fill', 'normal', 'uniform'] as const

/**
 * Checks what a factory made, whose author may not have used types.
 * @param file names it in errors
 * @throws XP_BAD_OWN_MODEL
 */
export function checkedModel(made: unknown, file: string): OwnModel {
  const wrong = (what: string): never => {
    throw badOwnModel(file, what)
  }
  const table = (value: unknown, what: string): Record<string, unknown> =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : wrong(`${what} is missing`)
  const names = new Set<string>()
  const checkTensor = (name: string, spec: unknown, allowed: readonly (typeof initials)[number][]) => {
    const { shape, ...values } = table(spec, `the shape of "${name}"`)
    const isLength = (length: unknown) => Number.isSafeInteger(length) && (length as number) > 0
    if (!Array.isArray(shape) || !shape.every(isLength)) wrong(`the shape of "${name}" is not a list of whole numbers`)
    const [initial, second] = initials.filter((kind) => kind in values)
    const fits = initial !== undefined && second === undefined && allowed.includes(initial)
    if (!fits || !Number.isFinite(values[initial]))
      wrong(`"${name}" needs one number to start from: ${allowed.join(' or ')}`)
    if (names.has(name)) wrong(`two tensors are named "${name}"`)
    names.add(name)
  }
  const model = table(made, 'the model')
  for (const part of ['features', 'head']) {
    const { forward, parameters, buffers = {} } = table(model[part], part)
    if (typeof forward !== 'function') wrong(`${part}.forward is not a function`)
    for (const [name, spec] of Object.entries(table(parameters, `${part}.parameters`)))
      checkTensor(name, spec, initials)
    const listed = Object.entries(table(buffers, `${part}.buffers`))
    if (part === 'head' && listed.length > 0) wrong('the head has buffers, which only features can have')
    for (const [name, spec] of listed) checkTensor(name, spec, ['fill'])
  }
  if (Object.keys((made as OwnModel).head.parameters).length === 0) wrong('the head has no parameters')
  return made as OwnModel
}

export function ownParameters({ features, head }: OwnModel): readonly Parameter[] {
  const last = Math.max(0, ...Object.values(features.parameters).map(({ layer }) => layer ?? 0)) + 1
  const listed = (parameters: Readonly<Record<string, OwnParameter>>, isHead: boolean) =>
    Object.entries(parameters).map(([name, { shape, decay, layer }]) => ({
      name,
      shape,
      decay: decay ?? decaysByName(name),
      layer: isHead ? last : (layer ?? 0),
      head: isHead,
    }))
  return [...listed(features.parameters, false), ...listed(head.parameters, true)]
}

export const ownBuffers = ({ features }: OwnModel): readonly Buffer[] =>
  Object.entries(features.buffers ?? {}).map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }))

/** Parameters and buffers before training, drawn in the order in which the model lists them. */
export function ownInitialValues({ features, head }: OwnModel, seed: number): Weights {
  const generator = new Mt19937(seed)
  const drawn = (spec: OwnParameter | OwnBuffer): Float32Array => {
    const count = elementCount(spec.shape)
    if ('normal' in spec) return fillNormal(generator, count, 0, spec.normal)
    if ('uniform' in spec) return uniformWithin(generator, count, spec.uniform)
    return new Float32Array(count).fill(spec.fill)
  }
  const tensors = { ...features.parameters, ...features.buffers, ...head.parameters }
  return new Map(Object.entries(tensors).map(([name, spec]) => [name, drawn(spec)]))
}
