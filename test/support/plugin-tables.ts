import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  concerns,
  FEATURE_NAMES,
  FEATURES,
  type FeatureTable,
  type Ingress,
  isPlugin,
  type Operation,
  type Plugin,
  type Verdict,
  verdictOf
} from '@isthmus/core'
import { fakeHost, messageCalls, resolveOptions } from '@isthmus/core/testing'
import type { TObject, TSchema } from 'typebox'
import { pluginFolders, read, readJson, root } from './sources.ts'

/** LoadedPlugin is what the documentation says of one package in `plugins/`. */
export interface LoadedPlugin {
  readonly folder: string
  readonly kind: string
  readonly summary: string
  readonly stability: string | undefined
  readonly options: TObject | undefined
  readonly features: FeatureTable | undefined
  /** What the table is about. */
  readonly operation: Operation
}

/** loadPlugins reads every package in `plugins/`; its tables of verdicts are those of a set-up instance. */
export async function loadPlugins(): Promise<readonly LoadedPlugin[]> {
  const folders = pluginFolders.filter(folder => existsSync(join(root, 'plugins', folder, 'src/index.ts')))
  return Promise.all(
    folders.map(async folder => {
      const module = (await import(join(root, 'plugins', folder, 'src/index.ts'))) as Record<string, unknown>
      return isPlugin(module.default) ? loadPlugin(folder, module.default) : loadFormat(folder, module)
    })
  )
}

async function loadPlugin(folder: string, plugin: Plugin): Promise<LoadedPlugin> {
  const { kind, summary, stability, options } = plugin
  const host = fakeHost({ id: plugin.name })
  const contribution = await plugin.setup(host, resolveOptions(options, sampleOptions(options)))
  await host.close()
  const about = kind === 'ingress' ? messageCalls(contribution as Ingress)[0] : (contribution as About)
  return { folder, kind, summary, stability, options, features: about?.features, operation: operationOf(about) }
}

interface About {
  readonly features?: FeatureTable
  readonly operation?: Operation
}

const operationOf = (about: About | undefined): Operation => about?.operation ?? 'generate'

function loadFormat(folder: string, module: Record<string, unknown>): LoadedPlugin {
  const { description } = readJson(`plugins/${folder}/package.json`) as { readonly description: string }
  const format = Object.values(module).find(
    (value): value is Required<Pick<About, 'features'>> & About =>
      typeof value === 'object' && value !== null && 'features' in value && 'request' in value
  )
  return {
    folder,
    kind: 'format',
    summary: description,
    stability: /^## Stability\n+(\w+)/m.exec(read(`plugins/${folder}/README.md`))?.[1]?.toLowerCase(),
    options: undefined,
    features: format?.features,
    operation: operationOf(format)
  }
}

/** sampleOptions gives a schema's own example, and required options without a default some value that fits. */
function sampleOptions(schema: TObject): Readonly<Record<string, unknown>> {
  const sample: Record<string, unknown> = { ...exampleOf(schema) }
  for (const name of schema.required ?? []) {
    const member = schema.properties[name] as TSchema & { readonly default?: unknown; readonly type?: string }
    if (member.default === undefined && !(name in sample))
      sample[name] = member.type === 'string' ? 'https://example.org' : {}
  }
  return sample
}

/** exampleOf: where one of several options is needed, the schema says so by its example. */
export function exampleOf(schema: TSchema): object {
  const { examples } = schema as { readonly examples?: unknown }
  const [first] = Array.isArray(examples) ? (examples as readonly unknown[]) : []
  return typeof first === 'object' && first !== null ? first : {}
}

const VERDICTS: Readonly<Record<Exclude<Verdict, 'exact' | 'converted'>, string>> = {
  rejected: 'A request that needs one of these is refused, or goes to another candidate.',
  dropped: 'Left out, and reported.',
  emulated: 'Reached by other means, and reported.'
}

/** gapTable lists what a plugin cannot say as it is: of requests for a provider, of replies for an ingress. */
export function gapTable({ kind, features, operation }: LoadedPlugin): string {
  if (features === undefined)
    return kind === 'ingress' ? 'There are none.' : 'It translates nothing, so nothing is lost.'
  const sections: string[] = []
  const add = (title: string, reply: boolean) => {
    const names = FEATURE_NAMES.filter(name => (reply ? FEATURES[name].class === 'reply' : concerns(operation, name)))
    const tables = Object.entries(VERDICTS).flatMap(([verdict, about]) => {
      const rows = names.filter(name => verdictOf(features, name) === verdict)
      if (rows.length === 0) return []
      const lines = rows.map(name => `| \`${name}\` | ${FEATURES[name].about} |`)
      return [`**${verdict}** – ${about}`, ['| feature | what it is |', '| --- | --- |', ...lines].join('\n')]
    })
    sections.push(...(kind === 'format' ? [`### ${title}`] : []), ...(tables.length > 0 ? tables : ['There are none.']))
  }
  if (kind !== 'ingress') add('In requests to an upstream', false)
  // A result says no more than was asked for.
  if (kind !== 'provider' && (operation === 'generate' || operation === 'complete')) add('In replies to a client', true)
  return sections.join('\n\n')
}
