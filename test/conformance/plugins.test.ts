import { readdirSync, readFileSync } from 'node:fs'
import { isPlugin, type Plugin, type WireFormat } from '@isthmus/core'
import {
  type Case,
  formatCases,
  ingressCases,
  meterCases,
  middlewareCases,
  type PluginCaseOptions,
  providerCases
} from '@isthmus/core/testing'
import t from 'tap'
import type { TObject } from 'typebox'

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

const read = (folder: string): Manifest => JSON.parse(readFileSync(new URL(`${folder}/package.json`, plugins), 'utf8'))
const load = (folder: string): Promise<Readonly<Record<string, unknown>>> =>
  import(new URL(`${folder}/src/index.ts`, plugins).href)

/** formatOf finds the codec among the exports of a format package. */
async function formatOf(folder: string): Promise<WireFormat<never>> {
  const { isthmus } = read(folder)
  const found = Object.values(await load(folder)).find(value => (value as WireFormat | undefined)?.id === isthmus.name)
  if (found === undefined) throw new Error(`${folder} exports no format '${isthmus.name}'`)
  return found as WireFormat<never>
}

/** boundFormat is the format that a plugin binds: the first it depends on. */
async function boundFormat(manifest: Manifest): Promise<{ readonly format?: WireFormat<never> }> {
  const name = Object.keys(manifest.dependencies ?? {}).find(dependency => dependency.startsWith('@isthmus/format-'))
  return name === undefined ? {} : { format: await formatOf(name.replace('@isthmus/', '')) }
}

/** required gives any value to the options that have none of their own. */
function required(schema: TObject): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {}
  for (const name of schema.required ?? []) {
    if (!('default' in schema.properties[name]!)) options[name] = 'any'
  }
  return options
}

async function casesOf(folder: string): Promise<readonly Case[]> {
  const manifest = read(folder)
  if (manifest.isthmus.kind === 'format') return formatCases(await formatOf(folder))
  const plugin = (await load(folder)).default
  if (!isPlugin(plugin)) throw new Error(`the default export of ${folder} is no plugin`)
  const given: PluginCaseOptions = { options: required(plugin.options), manifest }
  switch (plugin.kind) {
    case 'provider':
      return providerCases(plugin as Plugin<'provider'>, { ...given, ...(await boundFormat(manifest)) })
    case 'ingress':
      return ingressCases(plugin as Plugin<'ingress'>, { ...given, ...(await boundFormat(manifest)) })
    case 'meter':
      return meterCases(plugin as Plugin<'meter'>, given)
    case 'middleware':
      return middlewareCases(plugin as Plugin<'middleware'>, given)
    default:
      throw new Error(`the kit has no cases for plugins of kind ${plugin.kind}`)
  }
}

for (const folder of folders) {
  t.test(`${folder} keeps the contract`, async t => {
    for (const { name, run } of await casesOf(folder)) await t.resolves(async () => run(), name)
  })
}
