import { GraphBuilder } from '../build.ts'
import type { Graph, Node, Value } from '../ir.ts'
import { type NarrowPlan, planNarrowing } from './narrow-plan.ts'
import type { Pass } from './pass.ts'
import { cut, narrowedShape, padded, type Region, sameRegion } from './region.ts'

/** The graph rebuilt: each old value whole, narrowed to its region, or both, made when first asked for. */
class Narrowing {
  readonly graph = new GraphBuilder()
  readonly #plan: NarrowPlan
  readonly #whole = new Map<Value, Value>()
  readonly #narrow = new Map<Value, Value>()
  readonly #cuts = new Map<Value, { readonly region: Region; readonly value: Value }[]>()

  constructor(plan: NarrowPlan, { inputs, constants }: Graph) {
    this.#plan = plan
    this.graph.inputs.push(...inputs)
    for (const { value } of inputs) this.#whole.set(value, value)
    for (const constant of constants) {
      this.graph.keep(constant)
      this.#whole.set(constant.value, constant.value)
    }
  }

  whole(value: Value): Value {
    const known = this.#whole.get(value)
    if (known !== undefined) return known
    const [narrow, region] = [this.#narrow.get(value), this.#plan.regions.get(value)]
    if (narrow === undefined || region === undefined) throw new Error('a value is read before it is assigned')
    if (!this.#plan.zeroOutside.has(value)) throw new Error('a narrowed value is read whole')
    const made = padded(narrow, region, value.shape, this.graph)
    this.#whole.set(value, made)
    return made
  }

  narrowed(value: Value, region: Region): Value {
    const own = this.#plan.regions.get(value)
    const narrow = this.#narrow.get(value)
    if (narrow !== undefined && own !== undefined && sameRegion(own, region)) return narrow
    const cuts = this.#cuts.get(value) ?? []
    const known = cuts.find((c) => sameRegion(c.region, region))
    if (known !== undefined) return known.value
    const made = cut(this.whole(value), region, this.graph)
    this.#cuts.set(value, [...cuts, { region, value: made }])
    return made
  }

  add(node: Node): void {
    const { graph } = this
    const region = this.#plan.regions.get(node.outputs[0] as Value)
    if (node.op === 'PadV2' && region !== undefined) {
      this.#narrow.set(node.outputs[0] as Value, this.whole(node.inputs[0] as Value))
      return
    }
    const reads = this.#plan.reads.get(node)
    if (reads === undefined) {
      const inputs = node.inputs.map((value) => this.whole(value))
      graph.push(inputs.every((value, i) => value === node.inputs[i]) ? node : { ...node, inputs })
      for (const value of node.outputs) this.#whole.set(value, value)
      return
    }
    const inputs = node.inputs.map((value, i) => (reads[i] ? this.narrowed(value, reads[i]) : this.whole(value)))
    if (node.op === 'Slice') {
      this.#whole.set(node.outputs[0] as Value, inputs[0] as Value)
      return
    }
    const shape = region && node.op === 'Reshape' ? { shape: narrowedShape(node.outputs[0]?.shape ?? [], region) } : {}
    const outputs = graph.add(node.op, inputs, { ...node.attrs, ...shape })
    const target = this.#plan.narrowed.has(node) ? this.#narrow : this.#whole
    for (const [i, value] of node.outputs.entries()) target.set(value, outputs[i] as Value)
  }
}

/**
 * Computes only the positions that matter: what is read through a slice is computed for the slice alone, and what is
 * zero outside a padded part is computed for that part alone. In a ViT's last block, forward and backward, only the
 * class token's row goes through the query, the projection and the MLP. The same function wherever no factor is
 * infinite (0 · ∞ becomes 0).
 */
export const narrow: Pass = {
  name: 'narrow',
  run(graph) {
    const narrowing = new Narrowing(planNarrowing(graph), graph)
    for (const node of graph.nodes) narrowing.add(node)
    return narrowing.graph.finish(graph.outputs.map(({ name, value }) => ({ name, value: narrowing.whole(value) })))
  },
}
