import { readFileSync } from 'node:fs'
import t from 'tap'
import { Type } from 'typebox'
import { ConfigSchema, PluginEntrySchema } from '../../core/src/config/index.ts'
import { SecretString } from '../../core/src/contract/index.ts'
import { configReference, schemaTable } from '../support/config-reference.ts'

t.test('the reference names every member of the config', async t => {
  const reference = configReference()
  const { plugins, pipeline, gaps, ...sections } = ConfigSchema.properties
  for (const [name, section] of Object.entries(sections)) {
    t.match(reference, new RegExp(`^### ${name}$`, 'm'))
    for (const member of Object.keys(section.properties))
      t.match(reference, new RegExp(`^\\| \`${member}[.\`]`, 'm'), member)
  }
  for (const name of ['pipeline', 'plugins', ...Object.keys(PluginEntrySchema.properties)]) {
    t.match(reference, new RegExp(`^\\| \`${name}\` \\|`, 'm'), name)
  }
  t.match(reference, /^### gaps$/m)
})

t.test('core/docs/config.md holds the reference as it is today', async t => {
  const text = readFileSync(new URL('../../core/docs/config.md', import.meta.url), 'utf8')
  const between = text.slice(
    text.indexOf('<!-- config -->') + '<!-- config -->'.length,
    text.indexOf('<!-- /config -->')
  )
  t.equal(between.trim(), configReference(), '`npm run docs` writes it anew')
})

t.test('a table says what is expected, by default, and what is required', async t => {
  const schema = Type.Object({
    apiKey: SecretString({ description: 'Sent as a | token.' }),
    n: Type.Integer({ default: 3, minimum: 1 }),
    wire: Type.Optional(Type.Union([Type.Literal('a'), Type.Literal('b')])),
    limits: Type.Object({ ms: Type.Integer({ default: 5 }), of: Type.String() }, { default: {} }),
    maybe: Type.Optional(Type.Object({ x: Type.String() })),
    byName: Type.Record(Type.String(), Type.Number(), { default: {} })
  })
  t.equal(
    schemaTable(schema),
    `| member | expected | default | |
| --- | --- | --- | --- |
| \`apiKey\` | a secret | required | Sent as a \\| token. |
| \`n\` | an integer of at least 1 | \`3\` |  |
| \`wire\` | "a" or "b" |  |  |
| \`limits.ms\` | an integer | \`5\` |  |
| \`limits.of\` | a string | required |  |
| \`maybe.x\` | a string |  |  |
| \`byName\` | an object; each member: a number | \`{}\` |  |`
  )
})
