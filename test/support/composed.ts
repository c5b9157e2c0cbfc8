import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import type { Test } from 'tap'
import { loadConfig } from '../../core/src/config/index.ts'
import { preparePlugins } from '../../core/src/plugins/index.ts'
import { createGateway, type Gateway } from '../../core/src/server/index.ts'

/** ComposedOptions are sections of a config, as JSON. */
export interface ComposedOptions {
  /** Beside both ingresses and the meter. */
  readonly plugins: readonly {
    readonly use: string
    readonly id?: string
    readonly options?: Readonly<Record<string, unknown>>
  }[]
  readonly server?: Readonly<Record<string, unknown>>
  readonly upstream?: Readonly<Record<string, unknown>>
  readonly models?: Readonly<Record<string, unknown>>
  readonly gaps?: Readonly<Record<string, string>>
  /** Also the provider for OpenAI as the example config has it, which waits for its key. */
  readonly waiting?: boolean
}

/** Composed is a gateway of the repository's own plugins, listening in this process. */
export interface Composed {
  readonly gateway: Gateway
  readonly url: string
  readonly port: number
  /** Everything that was logged, at level trace. */
  readonly logged: Record<string, unknown>[]
}

const WAITING = { use: '@isthmus/provider-openai', optional: true, options: { apiKey: 'KEY' } }

/** composed sets a gateway up in this process from a config file of its own, until the test ends. */
export async function composed(t: Test, { plugins, waiting = false, ...sections }: ComposedOptions): Promise<Composed> {
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  const server = { port: 0, drainMs: 2_000, ...sections.server }
  const config = {
    ...sections,
    server,
    plugins: [
      { use: '@isthmus/ingress-chat-completions' },
      { use: '@isthmus/ingress-messages' },
      ...plugins,
      ...(waiting ? [WAITING] : []),
      { use: '@isthmus/meter-log' }
    ]
  }
  const source = JSON.stringify(config).replace('"KEY"', "env('OPENAI_API_KEY')")
  writeFileSync(join(cwd, 'gateway.config.mjs'), `import { env } from '@isthmus/core'\nexport default ${source}\n`)
  const loaded = await loadConfig({ cwd, env: {} })
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'trace' }, { write: line => void logged.push(JSON.parse(line)) })
  const gateway = await createGateway({ loaded, prepared: await preparePlugins(loaded), log })
  t.teardown(() => gateway.close())
  const url = await gateway.listen()
  return { gateway, url, port: Number(new URL(url).port), logged }
}
