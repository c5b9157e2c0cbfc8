import { isPlugin, type Plugin, type WireFormat } from '@isthmus/core'
import { fakeHost, resolveOptions } from '@isthmus/core/testing'
import { pluginFolders, readJson, root } from '../../support/sources.ts'

/** Spoke is one wire format with the ingress that serves its clients. */
export interface Spoke {
  readonly id: string
  readonly format: WireFormat
  readonly ingress: Plugin<'ingress'>
  /** Where its clients ask for an answer. */
  readonly path: string
}

/** loadSpokes finds every format in `plugins/` that has an ingress, in the order of their names. */
export async function loadSpokes(): Promise<readonly Spoke[]> {
  const ids = pluginFolders.flatMap(folder => (folder.startsWith('format-') ? folder.slice('format-'.length) : []))
  const served = ids.filter(id => pluginFolders.includes(`ingress-${id}`))
  return Promise.all(served.map(loadSpoke))
}

async function loadSpoke(id: string): Promise<Spoke> {
  const exported = Object.values(await load(`format-${id}`))
  const format = exported.find((value): value is WireFormat => (value as WireFormat | undefined)?.id === id)
  const { default: ingress } = await load(`ingress-${id}`)
  if (format === undefined || !isPlugin(ingress)) throw new Error(`plugins/format-${id} and ingress-${id} do not fit`)
  const host = fakeHost({ id })
  const { routes } = (await ingress.setup(host, resolveOptions(ingress.options, {}))) as unknown as {
    readonly routes: readonly { readonly path: string; readonly operation?: string }[]
  }
  await host.close()
  const path = routes.find(route => route.operation === 'generate')?.path
  if (path === undefined) throw new Error(`plugins/ingress-${id} has no route for an answer`)
  return { id, format, ingress: ingress as unknown as Plugin<'ingress'>, path }
}

const load = (folder: string): Promise<Readonly<Record<string, unknown>>> =>
  import(`${root}/plugins/${folder}/src/index.ts`)

/** STREAMING is what makes a request of each format one for a stream. */
export const STREAMING = readJson('fixtures/streaming.json') as Readonly<
  Record<string, Readonly<Record<string, unknown>>>
>
