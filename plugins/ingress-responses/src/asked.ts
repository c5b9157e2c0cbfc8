import type { CountRequest, GenerateRequest, IrRequest, RequestHead } from '@isthmus/core'
import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { responses, responsesCount } from '@isthmus/format-responses'
import type { Options } from './options.ts'
import { itemsOf, type Noticed, notice, type Rewriting, rewritten } from './wire-body.ts'

/** Purpose is which call a body came with. */
export type Purpose = 'generate' | 'count' | 'compact'

/** Asked is a request as the client wrote it, for the hook that may have to write it anew. */
export interface Asked extends Noticed {
  readonly purpose: Purpose
  readonly body: JsonObject
  readonly head: RequestHead
  /** What the client sent this time. */
  readonly items: readonly JsonObject[]
  /** The answer is to be a summary that the gateway makes. */
  readonly summarize: boolean
}

interface Decoded {
  readonly generate: GenerateRequest
  readonly count: CountRequest
  readonly compact: GenerateRequest
}

const NO_STORE: ReadonlySet<string> = new Set(['store'])
const NO_STREAM: ReadonlySet<string> = new Set(['stream', 'stream_options'])

/**
 * AskedRequests reads requests, and remembers for as long as they live how those were written that a hook must look at.
 * What needs no kept state is made plain at once.
 */
export class AskedRequests {
  #options: Pick<Options, 'state' | 'compaction'>
  #asked = new WeakMap<IrRequest, Asked>()

  constructor(options: Pick<Options, 'state' | 'compaction'>) {
    this.#options = options
  }

  /** decode reads the body of a call. */
  decode<P extends Purpose>(purpose: P, given: unknown, head: RequestHead): Decoded[P] {
    const body = this.#bodyOf(purpose, given)
    // The body as it came is checked first, so that an error names the place where the client wrote it.
    const plain = read(purpose, body, head)
    if (!isObject(body)) return plain
    const items = itemsOf(body)
    const noticed = notice(items)
    const own = this.#options.compaction === 'gateway'
    const summarize = purpose === 'compact' || (purpose === 'generate' && own && noticed.trigger)
    const asked: Asked = { ...noticed, purpose, body, head, items, summarize }
    const plainly = noticed.rewritable || summarize
    const request = plainly ? decodeAgain(asked, { items, complete: false }) : plain
    if (summarize || this.#concerns(asked)) this.#asked.set(request, asked)
    return request as Decoded[P]
  }

  /** Where nobody keeps anything, a client is not told that its reply was kept. */
  #bodyOf(purpose: Purpose, body: unknown): unknown {
    if (!isObject(body)) return body
    if (purpose === 'compact') return restOf(body, new Set([...NO_STORE, ...NO_STREAM])) ?? {}
    return this.#options.state === 'off' && body.store !== undefined ? (restOf(body, NO_STORE) ?? {}) : body
  }

  /** #concerns tells whether a hook has anything to do with a request. */
  #concerns({ purpose, body, references }: Asked): boolean {
    const linked = !!body.previous_response_id || !!body.conversation || references
    if (linked || body.background) return true
    return purpose === 'generate' && this.#options.state !== 'off' && body.store !== false
  }

  /** take gives how a request was written, undefined for one that is complete as it stands. */
  take(request: IrRequest): Asked | undefined {
    return this.#asked.get(request)
  }
}

/** decodeAgain reads a body that the gateway has made plain. */
export function decodeAgain(asked: Asked, { items, complete }: Omit<Rewriting, 'summarize'>): IrRequest {
  const { purpose, body, head, summarize } = asked
  return read(purpose, rewritten(body, { items, complete, summarize }), head)
}

function read<P extends Purpose>(purpose: P, body: unknown, head: RequestHead): Decoded[P] {
  const { request } = purpose === 'count' ? responsesCount : responses
  return request.decode(body, head) as Decoded[P]
}
