import { Flags } from '@oclif/core'
import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { XpCommand } from './xp-command.ts'

export default class Graph extends XpCommand {
  static override summary = "draw an experiment's stages and what flows between them"
  static override examples = [
    '<%= config.bin %> graph experiments/quickstart.yaml',
    '<%= config.bin %> graph experiments/quickstart.yaml --mermaid > graph.mmd',
  ]
  static override args = experimentArg
  static override flags = { ...changeFlags, mermaid: Flags.boolean({ description: 'as a Mermaid flowchart' }) }

  async run() {
    const { args, flags } = await this.parse(Graph)
    const { loadFile } = await import('../app.ts')
    const { graphEdges, mermaidGraph, textGraph } = await import('../registry/draw-graph.ts')
    const experiment = await loadFile(args.file, changesOf(flags))
    this.log((flags.mermaid ? mermaidGraph(experiment) : textGraph(experiment)).trimEnd())
    return {
      stages: experiment.stages.map(({ id, stage }) => ({ id, uses: stage.uses as string })),
      edges: graphEdges(experiment),
    }
  }
}
