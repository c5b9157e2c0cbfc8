import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import t from 'tap'
import { loadConfig } from '../../core/src/config/index.ts'
import { preparePlugins } from '../../core/src/plugins/index.ts'
import { createGateway } from '../../core/src/server/index.ts'
import { read } from '../support/sources.ts'

const page = read('core/docs/models.md')
const KEYS = { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k', OPENROUTER_API_KEY: 'k' }

t.test('the page on models says what names really lead to', async t => {
  const config = /^```ts\n(import [\s\S]*?)^```$/m.exec(page)?.[1] ?? ''
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  writeFileSync(join(cwd, 'gateway.config.ts'), config)
  const loaded = await loadConfig({ cwd, env: KEYS })
  const prepared = await preparePlugins(loaded)
  // It does not listen, so no upstream is asked for anything.
  const gateway = await createGateway({ loaded, prepared, log: pino({ level: 'silent' }) })
  t.teardown(() => gateway.close())
  const table = page.slice(page.indexOf('| name | leads to'), page.indexOf('The first row shows'))
  const rows = [...table.matchAll(/^\| `([^`]+)` \| (`.*`) \|$/gm)]
  t.ok(rows.length >= 12, `${rows.length} rows`)
  for (const [, name = '', targets = ''] of rows) {
    t.same(
      gateway.books
        .explain(name)
        .targets.map(target => `\`${target}\``)
        .join(', '),
      targets,
      name
    )
  }
  for (const tier of ['premium', 'balanced', 'economy', 'long-context']) {
    t.ok(gateway.books.explain(tier).targets.length > 0, tier)
  }
})
