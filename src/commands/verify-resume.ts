import { Flags } from '@oclif/core'
import { exitCodes } from '../errors/xp-error.ts'
import { changeFlags, changesOf, experimentArg } from './flags.ts'
import { untilSignalled } from './signals.ts'
import { XpCommand } from './xp-command.ts'

export default class VerifyResume extends XpCommand {
  static override summary = 'check that an interrupted training ends with the same bits as one in one go'
  static override description =
    'Trains each train stage for some steps twice, once stopped half-way and resumed from its checkpoint by a fresh engine, and compares weights, optimiser state and losses. Nothing of it is kept; exit code 1 when they differ.'
  static override examples = [
    '<%= config.bin %> verify-resume experiments/quickstart.yaml',
    '<%= config.bin %> verify-resume experiments/quickstart.yaml --steps 50',
  ]
  static override args = experimentArg
  static override flags = {
    ...changeFlags,
    steps: Flags.integer({ description: 'optimiser steps of each training', min: 2, default: 6 }),
  }

  async run() {
    const { args, flags } = await this.parse(VerifyResume)
    const { verifyResume } = await import('../app.ts')
    const { value: stages, signal } = await untilSignalled(async (signal) => {
      try {
        return await verifyResume(args.file, { changes: changesOf(flags), steps: flags.steps, signal })
      } catch (error) {
        if (!signal.aborted) throw error
        return []
      }
    })
    if (signal !== undefined) process.exitCode = signal === 'SIGTERM' ? 143 : 130
    for (const { stage, steps, splitAt, tensors, losses, difference } of stages) {
      const trainings = `${steps} steps in one go and as ${splitAt} + ${steps - splitAt}`
      if (difference === undefined)
        this.log(`${stage}: ${trainings}: the same bits (${tensors} tensors, ${losses} losses)`)
      else {
        this.log(`${stage}: ${trainings}: DIFFERENT, first in ${difference}`)
        process.exitCode = exitCodes.stageFailed
      }
    }
    return { stages }
  }
}
