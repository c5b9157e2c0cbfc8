import type { GatewayError } from '../errors/index.ts'
import type { FeatureTable, FormatId, GenerateRequest, IrResponse } from '../ir/index.ts'
import type { ErrorReply, ReplyOptions, StreamEncoder, WireFormat } from './format.ts'
import type { RequestHead } from './http.ts'
import type { ModelRow } from './upstream.ts'

export type HttpMethod = 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD'

/**
 * IngressRoute is one route. `generate` runs through the pipeline; `models` and `model` are answered from the catalogue
 * (`model` takes the name from the route's `*`); `handle` is for what calls no model, such as a probe.
 */
export type IngressRoute =
  | { readonly method: HttpMethod; readonly path: string; readonly operation: 'generate' | 'models' | 'model' }
  | { readonly method: HttpMethod; readonly path: string; handle(head: RequestHead): unknown }

/** Ingress binds a wire format to HTTP routes and to the client's credential. */
export interface Ingress {
  readonly format: FormatId
  readonly features: FeatureTable
  repliesWith?(options: ReplyOptions): FeatureTable
  readonly routes: readonly IngressRoute[]
  /** Paths below these are this format's: an unknown one is answered in its shape. */
  readonly prefixes: readonly string[]
  /** claims tells, on a path that several formats share, whether this caller speaks this format. */
  claims?(head: RequestHead): boolean
  /** credential reads the client's key. Default: bearer, `x-api-key`, `x-goog-api-key` or `?key=`, on every route. */
  credential?(head: RequestHead): string | undefined
  decode(body: unknown, head: RequestHead): GenerateRequest
  encodeResponse(response: IrResponse, options: ReplyOptions): unknown
  encoder(options: ReplyOptions): StreamEncoder
  encodeError(error: GatewayError, requestId: string): ErrorReply
  encodeModels(rows: readonly ModelRow[], head: RequestHead): unknown
  encodeModel(row: ModelRow): unknown
  /** Names under which the exchange's id goes to the client, beside `x-isthmus-id`. */
  readonly idHeaders?: readonly string[]
  /** Upstream reply headers that go on to the client when the upstream speaks the same format. */
  readonly forwardHeaders?: readonly string[]
  /** example gives the body of a small request, for people who want to try a route. */
  example?(model: string): unknown
}

export interface IngressOptions {
  readonly routes: readonly IngressRoute[]
  readonly prefixes: readonly string[]
  readonly idHeaders?: readonly string[]
  claims?(head: RequestHead): boolean
  credential?(head: RequestHead): string | undefined
  /** dialect names flags that hold for every request of this ingress, such as showing reasoning. */
  readonly dialect?: readonly string[]
  example?(model: string): unknown
}

/** ingressFrom binds a wire format to routes. */
export function ingressFrom<T>(format: WireFormat<T>, options: IngressOptions): Ingress {
  const { claims, credential, dialect, example } = options
  return {
    format: format.id,
    features: format.features,
    ...(format.repliesWith && { repliesWith: format.repliesWith }),
    routes: options.routes,
    prefixes: options.prefixes,
    ...(options.idHeaders && { idHeaders: options.idHeaders }),
    ...(claims && { claims }),
    ...(credential && { credential }),
    ...(example && { example }),
    forwardHeaders: format.forward.response,
    decode(body, head) {
      const request = format.request.decode(body, head)
      if (dialect === undefined || dialect.length === 0) return request
      return { ...request, reply: { ...request.reply, dialect: [...dialect, ...(request.reply.dialect ?? [])] } }
    },
    encodeResponse: format.response.encode,
    encoder: format.response.encoder,
    encodeError: format.error.encode,
    encodeModels: format.models.encodeList,
    encodeModel: format.models.encodeOne
  }
}
