import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { inspect } from 'node:util'
import type { TObject } from 'typebox'
import { isPlugin, type Kind, type Kinds, type Plugin } from '../contract/index.ts'
import { PLUGIN_APIS } from '../plugins/api.ts'
import { isObject } from '../wire/index.ts'
import type { Case } from './case.ts'
import { type FakeHost, type FakeHostOptions, fakeHost } from './fake-host.ts'
import { markSecrets, resolveOptions } from './options.ts'

/** PluginCaseOptions are what the cases of every kind need. */
export interface PluginCaseOptions {
  /** Options as a config would write them, with text where a secret belongs. */
  readonly options?: Readonly<Record<string, unknown>>
  /** What the host is to offer, for a plugin that needs more than the fake one does by itself. */
  readonly host?: FakeHostOptions
  /** The package's own `package.json`, parsed: its manifest must agree with the descriptor. */
  readonly manifest?: unknown
}

/** Up is a plugin that has been set up for one case. */
export interface Up<K extends Kind> {
  readonly contribution: Kinds[K]
  readonly host: FakeHost
}

/** setUp runs a plugin's `setup` on a fake host, as the plugin host would. */
export async function setUp<K extends Kind, O extends TObject>(
  plugin: Plugin<K, O>,
  given: PluginCaseOptions
): Promise<Up<K>> {
  const host = fakeHost({ id: plugin.name, ...given.host })
  const contribution = await plugin.setup(host, resolveOptions(plugin.options, given.options ?? {}))
  return { contribution, host }
}

/** withPlugin makes a case that runs on a plugin that is up, and closes it afterwards. */
export function withPlugin<K extends Kind, O extends TObject>(
  name: string,
  plugin: Plugin<K, O>,
  given: PluginCaseOptions,
  run: (contribution: Kinds[K], host: FakeHost) => void | Promise<void>
): Case {
  return {
    name,
    async run() {
      const { contribution, host } = await setUp(plugin, given)
      try {
        await run(contribution, host)
      } finally {
        await host.close()
      }
    }
  }
}

const STABILITIES = ['experimental', 'beta', 'stable', 'deprecated']

/** descriptorCases hold for plugins of every kind. */
export function descriptorCases<K extends Kind, O extends TObject>(
  kind: K,
  plugin: Plugin<K, O>,
  given: PluginCaseOptions
): readonly Case[] {
  const { options = {} } = given
  const cases: Case[] = [
    {
      name: 'the descriptor is frozen and complete',
      run() {
        ok(isPlugin(plugin), 'the default export was not made by one of the define helpers')
        ok(Object.isFrozen(plugin), 'the descriptor is not frozen')
        equal(plugin.kind, kind)
        match(plugin.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'the name is not kebab case')
        ok(PLUGIN_APIS[kind].includes(plugin.api), `this kernel does not support api ${plugin.api} of ${kind} plugins`)
        ok(plugin.summary.trim() !== '', 'the summary is empty')
        ok(STABILITIES.includes(plugin.stability), `unknown stability '${plugin.stability}'`)
      }
    },
    {
      name: 'the options are taken and unknown ones are refused',
      run() {
        resolveOptions(plugin.options, options)
        throws(
          () => resolveOptions(plugin.options, { ...options, 'kit-unknown': 1 }),
          /kit-unknown/,
          'the options schema accepts unknown members: add { additionalProperties: false }'
        )
      }
    },
    {
      name: 'every option says what it is for',
      run() {
        for (const [name, schema] of Object.entries(plugin.options.properties)) {
          const about = (schema as { description?: unknown }).description
          ok(typeof about === 'string' && about !== '', `the option '${name}' has no description`)
        }
      }
    },
    {
      name: 'what setup opens, close closes',
      async run() {
        const before = resources()
        const { host } = await setUp(plugin, given)
        await host.close()
        // Closing a handle takes a turn or two of the event loop.
        for (let turn = 0; turn < 100 && left(before).length > 0; turn++) await nextTurn()
        deepEqual(left(before), [], 'handles are left open after close')
      }
    },
    {
      name: 'secrets cannot be read off the plugin, its contribution or its log',
      async run() {
        const marked = markSecrets(plugin.options, options)
        const { contribution, host } = await setUp(plugin, { ...given, options: marked.options })
        await host.close()
        const shown = inspect([plugin, contribution, host.lines], { depth: 12, showHidden: true, getters: true })
        const written = JSON.stringify([contribution, host.lines])
        for (const secret of marked.secrets) {
          ok(
            !shown.includes(secret) && !written.includes(secret),
            'a secret can be read: reveal() it only in authorize'
          )
        }
      }
    }
  ]
  if (given.manifest !== undefined) cases.push(manifestCase(kind, plugin, given.manifest))
  return cases
}

function manifestCase(kind: Kind, plugin: { readonly name: string; readonly api: number }, manifest: unknown): Case {
  return {
    name: 'the manifest in package.json agrees with the descriptor',
    run() {
      ok(isObject(manifest), 'the manifest is not an object')
      const { keywords, isthmus, peerDependencies, type } = manifest
      ok(Array.isArray(keywords) && keywords.includes('isthmus-plugin'), "the keyword 'isthmus-plugin' is missing")
      deepEqual(isthmus, { kind, name: plugin.name, api: plugin.api })
      equal(type, 'module')
      ok(isObject(peerDependencies) && '@isthmus/core' in peerDependencies, '@isthmus/core is not a peer dependency')
    }
  }
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

function resources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

/** left names the kinds of handle of which there are more than before; immediates are this function's own. */
function left(before: ReadonlyMap<string, number>): string[] {
  return [...resources()]
    .filter(([type, count]) => type !== 'Immediate' && count > (before.get(type) ?? 0))
    .map(([type]) => type)
}
