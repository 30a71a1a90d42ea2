import type { PortSource, ResolvedExperiment } from './experiment.ts'

export interface GraphEdge {
  readonly from: { readonly stage: string; readonly port: string }
  readonly to: { readonly stage: string; readonly port: string }
  /** Name of the artifact type that flows. */
  readonly type: string
  /** Whether the file does not say it. */
  readonly inferred: boolean
}

/** Every wire of an experiment, in the order of the stages that take them. */
export function graphEdges(experiment: ResolvedExperiment): readonly GraphEdge[] {
  const outputs = new Map(experiment.stages.map((s) => [s.id, s.stage.outputs]))
  return experiment.stages.flatMap((stage) =>
    Object.entries(stage.inputs).flatMap(([port, sources]) =>
      sources.map(({ stage: from, port: output, inferred = false }) => ({
        from: { stage: from, port: output },
        to: { stage: stage.id, port },
        type: outputs.get(from)?.[output]?.name ?? '',
        inferred,
      })),
    ),
  )
}

const named = ({ stage, inferred }: PortSource) => (inferred ? `${stage} (inferred)` : stage)

/** One line a stage, its inputs behind it: `train  train/supervised  model ← model, data ← transform`. */
export function textGraph(experiment: ResolvedExperiment): string {
  const idWidth = Math.max(...experiment.stages.map((s) => s.id.length))
  const usesWidth = Math.max(...experiment.stages.map((s) => s.stage.uses.length))
  const lines = experiment.stages.map(({ id, stage, inputs }) => {
    const wires = Object.entries(inputs).map(([port, sources]) => `${port} ← ${sources.map(named).join(', ')}`)
    return `${id.padEnd(idWidth)}  ${stage.uses.padEnd(usesWidth)}  ${wires.join('; ')}`.trimEnd()
  })
  return `${lines.join('\n')}\n`
}

/** A Mermaid flowchart; edges carry the artifact type, those that the file does not say are dotted. */
export function mermaidGraph(experiment: ResolvedExperiment): string {
  const nodes = experiment.stages.map(({ id, stage }) => `  ${id}["${id}<br/>${stage.uses}"]`)
  const edges = graphEdges(experiment).map(
    ({ from, to, type, inferred }) =>
      `  ${from.stage} ${inferred ? '-.->' : '-->'}|${type.replace(/@\d+$/, '')}| ${to.stage}`,
  )
  return `flowchart TD\n${[...nodes, ...edges].join('\n')}\n`
}
