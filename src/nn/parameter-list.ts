import type { Parameter } from '../registry/engine.ts'
import { decaysByName } from './decay.ts'

/** Gathers a model's parameters in the order of its modules. */
export interface ParameterList {
  readonly parameters: readonly Parameter[]
  /** What is added from here on lies at this depth; see `Parameter.layer`. */
  at(layer: number): void
  add(name: string, shape: readonly number[]): void
  /** `<name>.weight` `[outputs, inputs]` and `<name>.bias`. */
  linear(name: string, outputs: number, inputs: number, bias?: boolean): void
  /** `<name>.weight` and `<name>.bias` of a layer normalisation, which AdamW never decays. */
  norm(name: string, width: number): void
  /** The patch projection `<name>.weight` `[d, channels, height, width]` and `<name>.bias`. */
  patches(name: string, d: number, channels: number, patch: { readonly height: number; readonly width: number }): void
}

/** @param isHead whether a name belongs to the classification head */
export function parameterList(isHead: (name: string) => boolean): ParameterList {
  const parameters: Parameter[] = []
  let layer = 0
  const push = (name: string, shape: readonly number[], decay: boolean) =>
    parameters.push({ name, shape, decay, layer, head: isHead(name) })
  const add = (name: string, shape: readonly number[]) => push(name, shape, decaysByName(name))
  return {
    parameters,
    at(depth) {
      layer = depth
    },
    add,
    linear(name, outputs, inputs, bias = true) {
      add(`${name}.weight`, [outputs, inputs])
      if (bias) add(`${name}.bias`, [outputs])
    },
    norm(name, width) {
      push(`${name}.weight`, [width], false)
      push(`${name}.bias`, [width], false)
    },
    patches(name, d, channels, { height, width }) {
      add(`${name}.weight`, [d, channels, height, width])
      add(`${name}.bias`, [d])
    },
  }
}
