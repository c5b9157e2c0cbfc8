import type { EventBatch, FeatureTable, FormatId, GenerateRequest, IrRequest, Operation } from '../ir/index.ts'
import type { EncodedRequest, UpstreamCodec, WireFormat } from './format.ts'
import type { ResponseHead } from './http.ts'
import type { ModelInfo } from './models.ts'
import type { ResponseDecoder, Target, UpstreamError, UpstreamReply, UpstreamRequest } from './upstream.ts'

/** Timeouts of one provider, in milliseconds. */
export interface Timeouts {
  readonly connectMs: number
  /** Until the head of the reply: reasoning models think for minutes. */
  readonly headersMs: number
  /** Between two chunks of the reply. */
  readonly idleMs: number
}

/** AuthorizeContext is what `authorize` may wait by. The signal is made when it is first read: most never need it. */
export interface AuthorizeContext {
  readonly signal: AbortSignal
}

/** Endpoint is one of an upstream's APIs: an operation in a wire format. */
export interface Endpoint<Request extends IrRequest = IrRequest> {
  /** Default: `generate`. */
  readonly operation?: Operation
  readonly format: FormatId
  readonly features: FeatureTable
  /** featuresFor gives the table for one model, where models differ. */
  featuresFor?(model: string): FeatureTable
  /** serves tells whether the endpoint has a model. Default: all of them. */
  serves?(model: string): boolean
  /** The most inputs that one request for vectors may have; a longer one is sent in parts. */
  readonly maxInputs?: number
  /** An answer that paused goes on when it is sent back as it is. The gateway does so where the client's format cannot. */
  readonly resumes?: true
  /** encode describes the request. It is pure: the same IR gives the same bytes. It is only given its own operation. */
  encode(request: Request, target: Target): UpstreamRequest
  /** decoder is made once for each attempt; `context` is the one of the encoded request. */
  decoder(target: Target, head: ResponseHead, context: unknown): ResponseDecoder
  decodeError(head: ResponseHead, body: Uint8Array): UpstreamError
  /** Reply headers that go on to a client of the same format. */
  readonly forwardHeaders?: readonly string[]
  /** answer gives the reply without asking the upstream, in place of `encode` and what follows. */
  answer?(request: Request, target: Target): EventBatch
}

/**
 * Provider turns IR into requests to one upstream, and its bytes into IR events. It opens no sockets. It is an endpoint
 * itself, the one it would rather be asked on; where it has more, the gateway takes the first that loses least.
 */
export interface Provider extends Endpoint<GenerateRequest> {
  /** The other endpoints, in order of preference. */
  readonly endpoints?: readonly Endpoint[]
  /** As the vendor's own SDK takes it; its origin is the key of the connection pool. '' with a transport of its own. */
  readonly baseUrl: string
  readonly timeouts?: Partial<Timeouts>
  /** authorize puts keys, signatures or tokens on the request. */
  authorize?(request: UpstreamRequest, context: AuthorizeContext): void | Promise<void>
  /** The models: those known beforehand, and how to ask the upstream for its list. */
  readonly models?: ProviderModels
  /**
   * send replaces the kernel's transport, for a provider without a wire of its own. It stops as soon as the signal aborts.
   * What it throws is classified by its `code` as a socket's error would be (`ECONNREFUSED`, `ECONNRESET`, …).
   */
  send?(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply>
}

export interface ProviderModels {
  /** The name under which catalogue data knows the upstream: `acme`. Absent for a server of the user's own. */
  readonly service?: string
  /** It takes `vendor/model` for any vendor, with the variants it knows (`:free`), also where no list has the name. */
  readonly anyVendor?: boolean
  readonly known?: readonly ModelInfo[]
  readonly list?: {
    readonly request: UpstreamRequest
    decode(body: unknown): readonly ModelInfo[]
  }
}

/** Dialect is how a vendor's wire differs from the format it almost speaks. */
export interface Dialect {
  /** Top-level members of the request under other names, ours → theirs. */
  readonly rename?: Readonly<Record<string, string>>
  /** rewriteRequest changes the encoded body, after `rename`. */
  rewriteRequest?(body: Record<string, unknown>, target: Target): Record<string, unknown>
  /** rewriteReply changes each JSON object of the reply before it is decoded: the whole reply, or one stream event. */
  rewriteReply?(body: Record<string, unknown>): Record<string, unknown>
}

/** EndpointOptions bind a wire format to one of an upstream's APIs. */
export interface EndpointOptions<Traits, Request extends IrRequest = GenerateRequest> {
  /** Appended to `baseUrl`. */
  readonly path: string | ((request: Request, target: Target) => string)
  readonly headers?: Readonly<Record<string, string>>
  readonly dialect?: Dialect
  /** Verdicts that differ from the format's. */
  readonly features?: Partial<FeatureTable>
  /** traits tells the encoder what it has to know of a model. */
  traits?(model: string): Traits
  /** featuresOf gives verdicts that differ for one model. */
  featuresOf?(model: string): Partial<FeatureTable>
  /** serves tells whether the endpoint has a model. Default: all of them. */
  serves?(model: string): boolean
  readonly maxInputs?: number
}

export interface ProviderOptions<Traits> extends EndpointOptions<Traits> {
  /** Needed unless `send` brings a transport of its own. */
  readonly baseUrl?: string
  authorize?(request: UpstreamRequest, context: AuthorizeContext): void | Promise<void>
  readonly timeouts?: Partial<Timeouts>
  /** The other endpoints, in order of preference. */
  readonly endpoints?: readonly Endpoint[]
  /** `modelsPath` is where the upstream lists its models; without it nothing is asked. */
  readonly modelsPath?: string
  readonly service?: string
  readonly anyVendor?: boolean
  readonly known?: readonly ModelInfo[]
  send?(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply>
}

/** providerFrom binds a wire format to an upstream. */
export function providerFrom<Traits>(format: WireFormat<Traits>, options: ProviderOptions<Traits>): Provider {
  const { authorize, send, endpoints } = options
  return {
    ...endpointFrom(format, options),
    baseUrl: (options.baseUrl ?? '').replace(/\/+$/, ''),
    ...(endpoints && { endpoints }),
    ...(options.timeouts && { timeouts: options.timeouts }),
    ...(authorize && { authorize }),
    models: {
      ...(options.service !== undefined && { service: options.service }),
      ...(options.anyVendor && { anyVendor: true }),
      ...(options.known && { known: options.known }),
      ...(options.modelsPath !== undefined && {
        list: {
          request: { method: 'GET', path: options.modelsPath, headers: { ...options.headers } },
          decode: format.models.decode
        }
      })
    },
    ...(send && { send })
  }
}

/** endpointFrom binds a wire format to one API of an upstream. */
export function endpointFrom<Traits, Request extends IrRequest>(
  format: UpstreamCodec<Request, Traits>,
  options: EndpointOptions<Traits, Request>
): Endpoint {
  const { dialect, featuresOf, serves, maxInputs } = options
  const traitsOf = options.traits && remember(options.traits)
  const features: FeatureTable = { ...format.features, ...options.features }
  const headers = { 'content-type': 'application/json', ...options.headers }
  return {
    operation: format.operation ?? 'generate',
    format: format.id,
    features,
    forwardHeaders: format.forward.response,
    ...(featuresOf && { featuresFor: (model: string) => ({ ...features, ...featuresOf(model) }) }),
    ...(serves && { serves }),
    ...(format.resumes && { resumes: true }),
    ...(maxInputs !== undefined && { maxInputs }),
    encode(asked, target) {
      const request = asked as Request
      const traits = traitsOf?.(target.model)
      const encoded = format.request.encode(
        request,
        traits === undefined ? (target as Target<Traits>) : { ...target, traits }
      )
      return {
        method: 'POST',
        path: typeof options.path === 'string' ? options.path : options.path(request, target),
        headers: { ...forwardedHeaders(request, format), ...headers, ...encoded.headers },
        body: JSON.stringify(dialect === undefined ? encoded.body : toDialect(encoded, target, dialect)),
        gaps: encoded.gaps,
        context: encoded.context
      }
    },
    decoder: (target, head, context) => format.response.decoder(head, target, context, dialect?.rewriteReply),
    decodeError: format.error.decode
  }
}

/** Names of models come from clients, so only so many are remembered. */
const MAX_REMEMBERED = 1000

/** remember keeps what was worked out for a model: it is the same for every request. */
function remember<T>(of: (model: string) => T): (model: string) => T {
  const known = new Map<string, T>()
  return model => {
    let value = known.get(model)
    if (value === undefined) {
      if (known.size >= MAX_REMEMBERED) known.clear()
      value = of(model)
      known.set(model, value)
    }
    return value
  }
}

/** forwardedHeaders are the client's headers that the format lists, and only if the client speaks that format. */
function forwardedHeaders(
  request: IrRequest,
  format: Pick<UpstreamCodec<never>, 'id' | 'forward'>
): Record<string, string> {
  const { headers } = request.ingress
  if (headers === undefined || request.ingress.format !== format.id) return {}
  const forwarded: Record<string, string> = {}
  for (const name of format.forward.request) {
    const value = headers[name]
    if (value !== undefined) forwarded[name] = value
  }
  return forwarded
}

function toDialect(encoded: EncodedRequest, target: Target, dialect: Dialect): Record<string, unknown> {
  const { rename, rewriteRequest } = dialect
  let body = encoded.body
  if (rename !== undefined) {
    body = Object.fromEntries(Object.entries(body).map(([name, value]) => [rename[name] ?? name, value]))
  }
  return rewriteRequest === undefined ? body : rewriteRequest(body, target)
}
