import { Flags } from '@oclif/core'
import { XpCommand } from './xp-command.ts'

export default class Schema extends XpCommand {
  static override summary = 'print the JSON Schema of an experiment, or write all schemas into a folder'
  static override description =
    'Editors with the YAML language server complete and check an experiment whose first line is\n# yaml-language-server: $schema=<path of experiment.schema.json>'
  static override examples = ['<%= config.bin %> schema', '<%= config.bin %> schema --out schemas']
  static override flags = { out: Flags.string({ description: 'the folder to write into', helpValue: 'DIR' }) }

  async run() {
    const { flags } = await this.parse(Schema)
    const { experimentJsonSchema, writeSchemas } = await import('../app.ts')
    if (flags.out === undefined) {
      const schema = experimentJsonSchema()
      this.log(JSON.stringify(schema, null, 2))
      return schema
    }
    const files = await writeSchemas(flags.out)
    for (const file of files) this.log(file)
    return { files }
  }
}
