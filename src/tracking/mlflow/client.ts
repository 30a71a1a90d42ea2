import { type Call, MlflowFailure, send } from './http.ts'
import type { protoNumber } from './limits.ts'
import type { Target } from './target.ts'

export interface KeyValue {
  readonly key: string
  readonly value: string
}
export interface MlflowMetric {
  readonly key: string
  readonly value: ReturnType<typeof protoNumber>
  /** Unix milliseconds. */
  readonly timestamp: number
  readonly step: number
}
export type MlflowStatus = 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED'
export interface MlflowRun {
  readonly runId: string
  readonly artifactUri: string
}
export interface MlflowDataset {
  readonly name: string
  /** At most 36 characters. */
  readonly digest: string
  readonly source: string
  readonly context: string
}

interface RunAnswer {
  readonly info: { readonly run_id: string; readonly artifact_uri: string }
}
const runOf = ({ info }: RunAnswer): MlflowRun => ({ runId: info.run_id, artifactUri: info.artifact_uri })

/** The calls of MLflow's REST API 2.0 that a training run needs. Each throws `MlflowFailure`; none is tried twice. */
export class MlflowClient {
  readonly target: Target
  readonly #signal: () => AbortSignal

  /** `signal` is asked for before every call and bounds its time. */
  constructor(target: Target, signal: () => AbortSignal) {
    this.target = target
    this.#signal = signal
  }

  send(call: Call): Promise<unknown> {
    return send(this.target, call, this.#signal())
  }

  #api(method: 'GET' | 'POST', path: string, json?: unknown): Promise<unknown> {
    return this.send({ method, url: `${this.target.base}/api/2.0/mlflow/${path}`, json })
  }

  /** Undefined when there is none of this name. */
  async experiment(name: string): Promise<{ readonly id: string; readonly deleted: boolean } | undefined> {
    try {
      const path = `experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`
      const { experiment } = (await this.#api('GET', path)) as {
        experiment: { experiment_id: string; lifecycle_stage: string }
      }
      return { id: experiment.experiment_id, deleted: experiment.lifecycle_stage === 'deleted' }
    } catch (error) {
      if (error instanceof MlflowFailure && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
      throw error
    }
  }

  async createExperiment(name: string): Promise<string> {
    return ((await this.#api('POST', 'experiments/create', { name })) as { experiment_id: string }).experiment_id
  }

  /** The run of this experiment that carries the tag, if any. `value` may hold no quote. */
  async findRun(experimentId: string, tag: string, value: string): Promise<MlflowRun | undefined> {
    const { runs = [] } = (await this.#api('POST', 'runs/search', {
      experiment_ids: [experimentId],
      filter: `tags.\`${tag}\` = '${value}'`,
      max_results: 1,
    })) as { runs?: readonly RunAnswer[] }
    return runs[0] === undefined ? undefined : runOf(runs[0])
  }

  async createRun(
    experimentId: string,
    name: string,
    startTime: number,
    tags: readonly KeyValue[],
  ): Promise<MlflowRun> {
    const { run } = (await this.#api('POST', 'runs/create', {
      experiment_id: experimentId,
      run_name: name,
      start_time: startTime,
      tags,
    })) as { run: RunAnswer }
    return runOf(run)
  }

  async updateRun(runId: string, status: MlflowStatus, endTime: number): Promise<void> {
    await this.#api('POST', 'runs/update', { run_id: runId, status, end_time: endTime })
  }

  async logBatch(
    runId: string,
    batch: {
      readonly metrics?: readonly MlflowMetric[]
      readonly params?: readonly KeyValue[]
      readonly tags?: readonly KeyValue[]
    },
  ): Promise<void> {
    await this.#api('POST', 'runs/log-batch', { run_id: runId, ...batch })
  }

  async logDataset(runId: string, { name, digest, source, context }: MlflowDataset): Promise<void> {
    await this.#api('POST', 'runs/log-inputs', {
      run_id: runId,
      datasets: [
        {
          dataset: { name, digest, source_type: 'local', source: JSON.stringify({ uri: source }) },
          tags: [{ key: 'mlflow.data.context', value: context }],
        },
      ],
    })
  }
}
