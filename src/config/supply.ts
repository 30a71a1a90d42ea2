import { type AnyArtifactType, type InputPorts, type OutputPorts, portOf } from '../registry/artifact.ts'
import type { Registry } from '../registry/registry.ts'
import type { AnyStage } from '../registry/stage.ts'

export interface Port {
  readonly name: string
  readonly type: AnyArtifactType
  readonly arity: 'one' | 'optional' | 'many'
}

export const outputsOf = (stage: AnyStage) => Object.entries(stage.outputs as OutputPorts)
export const portsOf = (stage: AnyStage): readonly Port[] =>
  Object.entries(stage.inputs as InputPorts).map(([name, port]) => ({ name, ...portOf(port) }))

/** Who can feed what, for hints. */
export class Supply {
  constructor(
    private readonly entries: readonly { readonly id: string; readonly stage: AnyStage | undefined }[],
    private readonly registry: Registry,
  ) {}

  /** Ids of the file's stages, other than `except`, that make this type. */
  makers(type: AnyArtifactType, except: string): string[] {
    const makes = (stage: AnyStage) => outputsOf(stage).some(([, made]) => made.name === type.name)
    return this.entries.flatMap(({ id, stage }) => (id !== except && stage !== undefined && makes(stage) ? [id] : []))
  }

  /** Who could feed a port of `to`: stages of the file, else stages that the registry knows. */
  hint({ type }: Port, to: string): string {
    const makers = this.makers(type, to)
    if (makers.length > 0) return `${type.name} is made here by: ${makers.join(', ')}`
    const known = this.registry.stages.filter((stage) => outputsOf(stage).some(([, made]) => made.name === type.name))
    return known.length === 0
      ? `no stage makes ${type.name}`
      : `no stage of this file makes ${type.name}; add one that uses ${known.map((stage) => stage.uses).join(' or ')}`
  }

  /** Who could feed each of these ports. */
  missingHint(to: string, ports: readonly Port[]): string {
    return ports.map((port) => this.hint(port, to)).join('\n')
  }
}
