import { readdirSync, readFileSync } from 'node:fs'
import {
  type CompleteRequest,
  type CountReply,
  type CountRequest,
  type EmbedReply,
  type EmbedRequest,
  type GenerateRequest,
  isPlugin,
  type MessageFormat,
  type OperationReply,
  type Plugin,
  type ResultFormat,
  type WireFormat
} from '@isthmus/core'
import {
  type Case,
  catalogCases,
  completeCases,
  fakeHost,
  formatCases,
  type IngressCaseOptions,
  ingressCases,
  meterCases,
  middlewareCases,
  type PluginCaseOptions,
  providerCases,
  resolveOptions,
  resultCases,
  storeCases,
  surfaceCases
} from '@isthmus/core/testing'
import t from 'tap'
import type { TObject } from 'typebox'
import { loadSpokes } from '../matrix/support/formats.ts'
import { exampleOf } from '../support/plugin-tables.ts'

/*
 * The kernel's test kit, run over every package in plugins/. What a package can say that is its own it tests itself;
 * here every one is held to the same contract.
 */

interface Manifest {
  readonly name: string
  readonly isthmus: { readonly kind: string; readonly name: string }
  readonly dependencies?: Readonly<Record<string, string>>
}

const plugins = new URL('../../plugins/', import.meta.url)
const folders = readdirSync(plugins)
const spokes = await loadSpokes()

const read = (folder: string): Manifest => JSON.parse(readFileSync(new URL(`${folder}/package.json`, plugins), 'utf8'))
const load = (folder: string): Promise<Readonly<Record<string, unknown>>> =>
  import(new URL(`${folder}/src/index.ts`, plugins).href)

type Codec =
  | WireFormat<never>
  | MessageFormat<CompleteRequest, never>
  | ResultFormat<EmbedRequest, EmbedReply, never>
  | ResultFormat<CountRequest, CountReply, never>

/** codecsOf are the codecs among the exports of a format package: one for each of its operations. */
async function codecsOf(folder: string): Promise<readonly Codec[]> {
  const { isthmus } = read(folder)
  const codecs = Object.values(await load(folder)).filter(value => (value as Codec | undefined)?.id === isthmus.name)
  if (codecs.length === 0) throw new Error(`${folder} exports no format '${isthmus.name}'`)
  return codecs as readonly Codec[]
}

const isWire = (codec: Codec): codec is WireFormat<never> => 'models' in codec

/** boundFormat is the format of conversations that a plugin binds: among those it depends on, the one it names. */
async function boundFormat(
  plugin: Plugin<'provider'>,
  { options, manifest }: Required<Pick<PluginCaseOptions, 'options'>> & { readonly manifest: Manifest }
): Promise<{ readonly format?: WireFormat<never> }> {
  const host = fakeHost({ id: plugin.name })
  const { format: id } = await plugin.setup(host, resolveOptions(plugin.options, options))
  await host.close()
  const names = Object.keys(manifest.dependencies ?? {}).filter(name => name.startsWith('@isthmus/format-'))
  const codecs = await Promise.all(names.map(name => codecsOf(name.replace('@isthmus/', ''))))
  const format = codecs
    .flat()
    .filter(isWire)
    .find(codec => codec.id === id)
  return format === undefined ? {} : { format }
}

/** ofClients is the format of conversations that an ingress serves, and how its clients ask; nothing for other operations. */
function ofClients(name: string): Pick<IngressCaseOptions, 'format' | 'head'> {
  const spoke = spokes.find(({ id }) => id === name)
  if (spoke === undefined) return {}
  return { format: spoke.format as WireFormat<never>, head: spoke.asking('kit-model', false).head }
}

function codecCases(codec: Codec): readonly Case[] {
  if (isWire(codec)) {
    const spoke = spokes.find(({ id }) => id === codec.id)
    const head = (request: GenerateRequest) => spoke?.asking(request.model, request.reply.stream).head ?? {}
    return formatCases(codec, { head })
  }
  switch (codec.operation) {
    case 'complete':
      return completeCases(codec as MessageFormat<CompleteRequest, never>)
    case 'embed':
    case 'count_tokens':
      return resultCases(codec as ResultFormat<EmbedRequest | CountRequest, OperationReply, never>)
    default:
      throw new Error(`the kit has no cases for a format of '${codec.operation}'`)
  }
}

/** required gives any value to the options that have none of their own, and the schema's example where it has one. */
function required(schema: TObject): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = { ...exampleOf(schema) }
  for (const name of schema.required ?? []) {
    if (!('default' in schema.properties[name]!) && !(name in options)) options[name] = 'any'
  }
  return options
}

async function casesOf(folder: string): Promise<readonly Case[]> {
  const manifest = read(folder)
  if (manifest.isthmus.kind === 'format') return (await codecsOf(folder)).flatMap(codecCases)
  const plugin = (await load(folder)).default
  if (!isPlugin(plugin)) throw new Error(`the default export of ${folder} is no plugin`)
  const given = { options: required(plugin.options), manifest }
  switch (plugin.kind) {
    case 'provider':
      return providerCases(plugin as Plugin<'provider'>, {
        ...given,
        ...(await boundFormat(plugin as Plugin<'provider'>, given))
      })
    case 'ingress':
      return ingressCases(plugin as Plugin<'ingress'>, { ...given, ...ofClients(manifest.isthmus.name) })
    case 'catalog':
      return catalogCases(plugin as Plugin<'catalog'>, given)
    case 'meter':
      return meterCases(plugin as Plugin<'meter'>, given)
    case 'middleware':
      return middlewareCases(plugin as Plugin<'middleware'>, given)
    case 'store':
      return storeCases(plugin as Plugin<'store'>, given)
    case 'surface':
      return surfaceCases(plugin as Plugin<'surface'>, given)
    default:
      throw new Error(`the kit has no cases for plugins of kind ${plugin.kind}`)
  }
}

for (const folder of folders) {
  t.test(`${folder} keeps the contract`, async t => {
    for (const { name, run } of await casesOf(folder)) await t.resolves(async () => run(), name)
  })
}
