import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import type { Test } from 'tap'
import type { Catalog } from '../../../core/src/catalog/index.ts'
import { loadConfig } from '../../../core/src/config/index.ts'
import { preparePlugins } from '../../../core/src/plugins/index.ts'
import { createGateway } from '../../../core/src/server/index.ts'

/** Entry is a provider of the config, by the id of its channel. */
interface Entry {
  readonly use: string
  readonly preset?: string
}

const own = (name: string): Entry => ({ use: `@isthmus/provider-${name}` })
const compatible = (preset: string): Entry => ({ use: '@isthmus/provider-openai-compatible', preset })

/** SETUPS are gateways as people have them: channels called as their vendors are, and channels with names of their own. */
export const SETUPS = {
  plain: {
    openai: own('openai'),
    anthropic: own('anthropic'),
    google: own('gemini'),
    openrouter: own('openrouter'),
    groq: compatible('groq'),
    mistral: compatible('mistral'),
    deepseek: compatible('deepseek'),
    xai: compatible('xai')
  },
  renamed: {
    oai: own('openai'),
    claude: own('anthropic'),
    'gemini-eu': own('gemini'),
    or: own('openrouter'),
    fast: compatible('cerebras'),
    together: compatible('together'),
    fireworks: compatible('fireworks'),
    moon: compatible('moonshot'),
    zed: compatible('zai'),
    cloud: compatible('qwen')
  }
} as const satisfies Record<string, Record<string, Entry>>

/** catalogWith sets a gateway up that asks no upstream for its models: what is known beforehand is all there is. */
export async function catalogWith(t: Test, channels: Readonly<Record<string, Entry>>): Promise<Catalog> {
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  const providers = Object.entries(channels).map(([id, { use, preset }]) => ({
    use,
    id,
    options: { apiKey: 'key', ...(preset !== undefined && { preset }) }
  }))
  const plugins = [{ use: '@isthmus/ingress-chat-completions' }, { use: '@isthmus/catalog-models' }, ...providers]
  writeFileSync(join(cwd, 'gateway.config.mjs'), `export default ${JSON.stringify({ plugins })}\n`)
  const loaded = await loadConfig({ cwd, env: {} })
  const log = pino({ level: 'silent' })
  const gateway = await createGateway({ loaded, prepared: await preparePlugins(loaded), log })
  t.teardown(() => gateway.close())
  return gateway.catalog
}
