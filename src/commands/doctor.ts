import { exitCodes } from '../errors/xp-error.ts'
import { XpCommand } from './xp-command.ts'

export default class Doctor extends XpCommand {
  static override summary = 'check what xp needs on this machine, each thing by using it'
  static override examples = ['<%= config.bin %> doctor']

  async run() {
    await this.parse(Doctor)
    const { examine } = await import('../doctor.ts')
    const checks = await examine(process.cwd(), process.env)
    const width = Math.max(...checks.map((c) => c.name.length))
    const mark = { ok: '✓', missing: '–', broken: '✗' } as const
    for (const c of checks) {
      this.log(`${mark[c.status]} ${c.name.padEnd(width)}  ${c.detail}`)
      if (c.hint !== undefined) this.log(`  ${' '.repeat(width)}  ${c.hint}`)
    }
    const healthy = checks.every((c) => c.status !== 'broken')
    if (!healthy) process.exitCode = exitCodes.environment
    return { healthy, checks }
  }
}
