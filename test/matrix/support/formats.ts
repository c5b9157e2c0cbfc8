import { isPlugin, type Plugin, type RequestHead, type WireFormat } from '@isthmus/core'
import { fakeHost, requestHead, resolveOptions } from '@isthmus/core/testing'
import { pluginFolders, readJson, root } from '../../support/sources.ts'
import type { JsonObject } from './fixtures.ts'

/** Spoke is one wire format with the ingress that serves its clients. */
export interface Spoke {
  readonly id: string
  readonly format: WireFormat
  readonly ingress: Plugin<'ingress'>
  /** Options of the ingress: with these its clients get what the format makes of a reply, and nothing else. */
  readonly options: JsonObject
  /**
   * asking says how a client asks a model for an answer: what is not in the body stands in the path and the query. With
   * `stream` it asks for a stream, in one of the ways of its format.
   */
  asking(model: string, stream: boolean | Streaming): Asking
}

export interface Asking {
  /** Path and query. */
  readonly url: string
  /** What the codec is given of the request beside its body. */
  readonly head: RequestHead
  /** Members of the body. */
  readonly members: JsonObject
}

/** loadSpokes finds every format in `plugins/` that has an ingress, in the order of their names. */
export async function loadSpokes(): Promise<readonly Spoke[]> {
  const ids = pluginFolders.flatMap(folder => (folder.startsWith('format-') ? folder.slice('format-'.length) : []))
  const served = ids.filter(id => pluginFolders.includes(`ingress-${id}`))
  const spokes = await Promise.all(served.map(loadSpoke))
  return spokes.filter(spoke => spoke !== undefined)
}

/** loadSpoke gives undefined for a format of an operation that is no conversation. */
async function loadSpoke(id: string): Promise<Spoke | undefined> {
  const exported = Object.values(await load(`format-${id}`))
  const format = exported.find((value): value is WireFormat => isWireFormat(value, id))
  if (format === undefined) return undefined
  const { default: ingress } = await load(`ingress-${id}`)
  if (!isPlugin(ingress)) throw new Error(`plugins/ingress-${id} is no plugin`)
  const options = OPTIONS[id] ?? {}
  const place = await placeOf(ingress as unknown as Plugin<'ingress'>, id, options)
  return {
    id,
    format,
    ingress: ingress as unknown as Plugin<'ingress'>,
    options,
    asking: (model, stream) => asking(place, model, stream === true ? (WAYS[id]?.stream ?? {}) : stream || {})
  }
}

/** The state that an ingress keeps for its clients has tests of its own. */
const OPTIONS: Readonly<Record<string, JsonObject>> = { responses: { state: 'off' } }

const isWireFormat = (value: unknown, id: string): boolean =>
  (value as WireFormat | undefined)?.id === id && (value as Partial<WireFormat>).models !== undefined

const load = (folder: string): Promise<Readonly<Record<string, unknown>>> =>
  import(`${root}/plugins/${folder}/src/index.ts`)

/** Place is where clients of an ingress ask for an answer: a path, and what follows its `*`. */
interface Place {
  readonly path: string
  readonly suffix: string | undefined
}

async function placeOf(ingress: Plugin<'ingress'>, id: string, options: JsonObject): Promise<Place> {
  const host = fakeHost({ id })
  const { routes } = await ingress.setup(host, resolveOptions(ingress.options, options))
  await host.close()
  for (const route of routes) {
    const call = 'calls' in route ? route.calls.find(({ operation }) => operation === 'generate') : undefined
    if (call !== undefined) return { path: route.path, suffix: call.suffix }
  }
  throw new Error(`plugins/ingress-${id} has no route for an answer`)
}

function asking(place: Place, model: string, { body, query = {}, suffix = place.suffix ?? '' }: Streaming): Asking {
  const inPath = place.path.endsWith('*')
  const open = model + suffix
  const path = inPath ? place.path.slice(0, -1) + open : place.path
  const search = new URLSearchParams(query).toString()
  return {
    url: search === '' ? path : `${path}?${search}`,
    head: requestHead({ path, query, params: inPath ? { '*': open } : {} }),
    members: { ...(!inPath && { model }), ...body }
  }
}

/** Streaming is what makes a request one for a stream. */
export interface Streaming {
  readonly body?: JsonObject
  readonly query?: Readonly<Record<string, string>>
  /** What follows the model's name in the path. */
  readonly suffix?: string
}

/** Ways are what a format asks of every request. */
interface Ways {
  readonly stream: Streaming
  /** Ways to ask for a stream that is framed in another way. */
  readonly otherStreams?: readonly Streaming[]
  /** Members of the body that every upstream is sent, unless the client says otherwise. */
  readonly adds?: JsonObject
  /** Its replies repeat the request: there is more in them than the upstream said. */
  readonly echoes?: boolean
}

/** WAYS holds the {@link Ways} of each format. */
export const WAYS = readJson('fixtures/formats.json') as Readonly<Record<string, Ways>>
