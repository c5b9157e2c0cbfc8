import type { FastifyInstance } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import { isPlainObject } from '../config/index.ts'
import { type Kind, type Kinds, type Meter, Secret } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_PLUGIN_SETUP } from '../errors/index.ts'
import { type Instance, Registry } from '../registry/index.ts'
import { describe } from '../wire/index.ts'
import type { FoundPlugin } from './find.ts'
import { closeWithGateway, type HostDeps, hostFor } from './host.ts'
import { MemoryStore, storeOf } from './memory-store.ts'
import { fastifyName } from './order.ts'
import type { Prepared } from './prepare.ts'

/** Whose code it is depends on whether avvio or Fastify's wrapper of it noticed. */
const TIMEOUTS: ReadonlySet<unknown> = new Set(['AVV_ERR_PLUGIN_EXEC_TIMEOUT', 'FST_ERR_PLUGIN_TIMEOUT'])

/**
 * registerPlugins sets the plugins up, one after the other, as Fastify plugins of `app`, and puts what they contribute
 * into the registry. Fastify's `pluginTimeout` bounds each. It throws `ISTHMUS_PLUGIN_SETUP` with the instance's id; the
 * caller closes `app` then as ever, which closes what is already up, in reverse. Freezing the registry is the caller's.
 */
export async function registerPlugins(
  app: FastifyInstance,
  { config, dir, plugins, waiting }: Prepared,
  deps: HostDeps
): Promise<Registry> {
  const registry = deps.registry ?? new Registry()
  const memory = deps.memory ?? new MemoryStore()
  for (const found of plugins) {
    const setUp = async (http: FastifyInstance): Promise<void> => {
      const log = deps.log.child({ plugin: found.id })
      const store = storeOf(registry, memory)
      const { catalog, gateway, send } = deps
      const { origins } = config.upstream
      const host = hostFor({ kind: found.kind, id: found.id, dir, log, store, catalog, gateway, http, send, origins })
      const contribution = await found.plugin.setup(host, found.options as never)
      if (typeof contribution !== 'object' || contribution === null) {
        throw new TypeError(`setup gave ${describe(contribution)} in place of a ${found.kind}`)
      }
      registry.add(instanceOf(found, contribution))
      // Added after what setup itself added, so a meter is flushed before it closes what it writes to.
      if (found.kind === 'meter') closeWithGateway(http, log, async () => (contribution as Meter).flush?.())
    }
    try {
      await app.register(asFastifyPlugin(found, setUp))
    } catch (thrown) {
      throw setupFailed(found, thrown)
    }
  }
  registry.waiting.push(...waiting.map(({ kind, id, variables }) => ({ kind, id, variables })))
  return registry
}

function asFastifyPlugin(found: FoundPlugin, setUp: (http: FastifyInstance) => Promise<void>) {
  return fastifyPlugin(setUp, {
    name: fastifyName(found),
    fastify: '5.x',
    dependencies: [...found.needs],
    encapsulate: found.kind === 'ingress' || found.kind === 'surface'
  })
}

function instanceOf<K extends Kind>({ kind, id, plugin, version }: FoundPlugin, contribution: Kinds[K]): Instance<K> {
  return { kind: kind as K, id, plugin: plugin.name, version, contribution }
}

/** setupFailed names the plugin. What was thrown is shown without the plugin's secrets, and kept as the cause only if it has none. */
function setupFailed({ id, options }: FoundPlugin, thrown: unknown): GatewayError {
  const timedOut = thrown instanceof Error && 'code' in thrown && TIMEOUTS.has(thrown.code)
  const said = thrown instanceof Error ? thrown.message : describe(thrown)
  const message = timedOut ? 'setup did not finish in time' : said
  const secrets = secretsIn(options).filter(text => text.length > 3)
  const leaks = secrets.some(text => `${said}${thrown instanceof Error ? thrown.stack : ''}`.includes(text))
  const clean = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), message)
  return ISTHMUS_PLUGIN_SETUP.with({ instance: id, ...(!leaks && { cause: thrown }) }, id, clean)
}

function secretsIn(value: unknown): readonly string[] {
  if (value instanceof Secret) return [value.reveal()]
  return Array.isArray(value) || isPlainObject(value) ? Object.values(value).flatMap(secretsIn) : []
}
