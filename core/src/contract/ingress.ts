import type { TSchema } from 'typebox'
import type { GatewayError } from '../errors/index.ts'
import type {
  CompleteRequest,
  CountRequest,
  EmbedRequest,
  FeatureTable,
  FormatId,
  GenerateRequest,
  IrResponse,
  OperationReply
} from '../ir/index.ts'
import type { Arrival, Middleware } from './exchange.ts'
import type {
  ErrorReply,
  ErrorWriter,
  MessageFormat,
  ModelLists,
  ReplyOptions,
  ResultFormat,
  StreamEncoder
} from './format.ts'
import type { RequestHead } from './http.ts'
import type { ModelRow } from './models.ts'

export type HttpMethod = 'GET' | 'POST' | 'DELETE' | 'PUT' | 'HEAD'

interface CallBase {
  readonly format: FormatId
  /** What follows the route's `*` in the path of this call, e.g. `:countTokens`. */
  readonly suffix?: string
  /** What the call is for, in one sentence, for the API's own documentation. */
  readonly summary?: string
  /** The schema of the body, for the same. */
  readonly schema?: TSchema
  /** Upstream reply headers that go on to the client when the upstream speaks the same format. */
  readonly forwardHeaders?: readonly string[]
  /** example gives the body of a small request, for people who want to try a route. */
  example?(model: string): unknown
}

/** MessageCall is how a client asks for a message, and how it is written. */
export interface MessageCall extends CallBase {
  readonly operation: 'generate' | 'complete'
  readonly features: FeatureTable
  repliesWith?(options: ReplyOptions): FeatureTable
  decode(body: unknown, head: RequestHead): GenerateRequest | CompleteRequest
  encodeResponse(response: IrResponse, options: ReplyOptions): unknown
  encoder(options: ReplyOptions): StreamEncoder
}

/** ResultCall is how a client asks for one value, such as vectors or a number, and how it is written. */
export interface ResultCall extends CallBase {
  readonly operation: 'embed' | 'count_tokens'
  decode(body: unknown, head: RequestHead): EmbedRequest | CountRequest
  encodeResult(reply: OperationReply, request: EmbedRequest | CountRequest, options: ReplyOptions): unknown
}

/** ClientCall is one operation as clients of an ingress ask for it. */
export type ClientCall = MessageCall | ResultCall

/**
 * IngressRoute is one route. `calls` run through the pipeline; where a path has several, `choose` tells them apart, and
 * gives undefined for a path that is none of them. `models` and `model` are answered from the catalogue (`model` takes
 * the name from the route's `*`). `handle` is for what calls no model, such as a stored reply; who calls is asked by the
 * admit hooks, unless the route is `open`.
 */
export type IngressRoute =
  | {
      readonly method: HttpMethod
      readonly path: string
      readonly calls: readonly ClientCall[]
      choose?(head: RequestHead): ClientCall | undefined
    }
  | { readonly method: HttpMethod; readonly path: string; readonly operation: 'models' | 'model' }
  | {
      readonly method: HttpMethod
      readonly path: string
      readonly open?: boolean
      readonly summary?: string
      /** handle gives what is answered, as JSON unless it is a string. `body` is the JSON that came, if any did. */
      handle(head: RequestHead, arrival: Arrival, body: unknown): unknown
    }

/** Ingress binds wire formats to HTTP routes and to the client's credential. */
export interface Ingress {
  /** The format of its errors and its lists of models. */
  readonly format: FormatId
  readonly routes: readonly IngressRoute[]
  /** Paths below these are this format's: an unknown one is answered in its shape. */
  readonly prefixes: readonly string[]
  /** Paths of the family that nobody serves here: they are answered at once, and clearly. */
  readonly unsupported?: readonly string[]
  /** claims tells, on a path that several formats share, whether this caller speaks this format. */
  claims?(head: RequestHead): boolean
  /** credential reads the client's key. Default: bearer, `x-api-key`, `x-goog-api-key` or `?key=`, on every route. */
  credential?(head: RequestHead): string | undefined
  encodeError(error: GatewayError, requestId: string): ErrorReply
  encodeModels(rows: readonly ModelRow[], head: RequestHead): unknown
  encodeModel(row: ModelRow): unknown
  /** Names under which the exchange's id goes to the client, beside `x-isthmus-id`. */
  readonly idHeaders?: readonly string[]
  /** Hooks for this ingress's own exchanges: they see the request first and the reply last. */
  readonly hooks?: Pick<Middleware, 'request' | 'events' | 'settled'>
}

/** RouteOptions is a route as `ingressFrom` takes it: `generate` stands for the call of the ingress's own format. */
export type RouteOptions =
  | IngressRoute
  | { readonly method: HttpMethod; readonly path: string; readonly operation: 'generate' }

export interface IngressOptions extends CallOptions {
  readonly routes: readonly RouteOptions[]
  readonly prefixes: readonly string[]
  readonly unsupported?: readonly string[]
  readonly idHeaders?: readonly string[]
  claims?(head: RequestHead): boolean
  credential?(head: RequestHead): string | undefined
  readonly hooks?: Ingress['hooks']
}

/** IngressFormat is what `ingressFrom` needs of a codec. */
export interface IngressFormat {
  readonly id: FormatId
  readonly error: ErrorWriter
  readonly models: Pick<ModelLists, 'encodeList' | 'encodeOne'>
}

/** ingressFrom binds a wire format to routes. */
export function ingressFrom<T>(
  format: IngressFormat | (IngressFormat & MessageFormat<GenerateRequest, T>),
  options: IngressOptions
): Ingress {
  const { claims, credential, unsupported, idHeaders, hooks } = options
  const generate = 'request' in format ? messageCall(format, options) : undefined
  return {
    format: format.id,
    routes: options.routes.map(route => {
      if (!('operation' in route) || route.operation !== 'generate') return route
      return { method: route.method, path: route.path, calls: generate === undefined ? [] : [generate] }
    }),
    prefixes: options.prefixes,
    ...(unsupported && { unsupported }),
    ...(idHeaders && { idHeaders }),
    ...(hooks && { hooks }),
    ...(claims && { claims }),
    ...(credential && { credential }),
    encodeError: format.error.encode,
    encodeModels: format.models.encodeList,
    encodeModel: format.models.encodeOne
  }
}

/** CallOptions are what an ingress adds to the codec of a call. */
export interface CallOptions<R = GenerateRequest> {
  readonly suffix?: string
  readonly summary?: string
  example?(model: string): unknown
  /** adjust changes each request as it was read, for an option that holds for all of them. */
  adjust?(request: R): R
}

const about = (
  { suffix, summary, example }: Pick<CallOptions, 'suffix' | 'summary' | 'example'>,
  schema: TSchema | undefined
) => ({
  ...(suffix !== undefined && { suffix }),
  ...(summary !== undefined && { summary }),
  ...(schema !== undefined && { schema }),
  ...(example && { example })
})

/** messageCall makes the call of a format of messages. */
export function messageCall<R extends GenerateRequest | CompleteRequest, T>(
  format: MessageFormat<R, T>,
  options: CallOptions<R> = {}
): MessageCall {
  const { decode } = format.request
  const { adjust } = options
  return {
    ...about(options, format.request.schema),
    operation: format.operation === 'complete' ? 'complete' : 'generate',
    format: format.id,
    features: format.features,
    ...(format.repliesWith && { repliesWith: format.repliesWith }),
    forwardHeaders: format.forward.response,
    decode: adjust === undefined ? decode : (body, head) => adjust(decode(body, head)),
    encodeResponse: format.response.encode,
    encoder: format.response.encoder
  }
}

/** resultCall makes the call of a format of results. */
export function resultCall<Q extends EmbedRequest | CountRequest, A extends OperationReply, T>(
  format: ResultFormat<Q, A, T>,
  options: CallOptions<Q> = {}
): ResultCall {
  return {
    ...about(options, format.request.schema),
    operation: format.operation === 'embed' ? 'embed' : 'count_tokens',
    format: format.id,
    forwardHeaders: format.forward.response,
    decode: format.request.decode,
    encodeResult: (reply, request, replyOptions) => format.response.encode(reply as A, request as Q, replyOptions)
  }
}
