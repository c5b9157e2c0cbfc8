import {
  createError,
  ERROR_KINDS,
  type ErrorKind,
  type EventBatch,
  FEATURE_NAMES,
  type FeatureTable,
  type GenerateRequest,
  type IrEvent,
  type IrResponse,
  type OpenPart,
  type PartDeltaEvent,
  type PartEndEvent,
  type ReplyBuilder,
  type Seal,
  type Source,
  type UpstreamErrorKind,
  unfold,
  type WireFormat
} from '@isthmus/core'
import { invalid, isObject, type JsonObject, parseObject, type ReplyReader, responseDecoder } from '@isthmus/core/wire'

/** The wire of this invented format is the IR itself: small, complete, and nothing is lost. */
export const plainFeatures = Object.fromEntries(FEATURE_NAMES.map(name => [name, 'exact'])) as FeatureTable

const PLAIN_FAILED = createError('FORMAT_PLAIN_FAILED', 'upstream_unavailable', '%s')
const DENIED: Readonly<Record<number, UpstreamErrorKind>> = {
  401: 'upstream_denied',
  403: 'upstream_denied',
  429: 'upstream_limited'
}
const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`

class PlainReader implements ReplyReader {
  #open = new Map<string, OpenPart>()
  #finished = false

  whole(body: JsonObject, out: ReplyBuilder): void {
    if (Array.isArray(body.choices)) unfold(body as unknown as IrResponse, out)
  }

  event(data: string, _name: string | undefined, out: ReplyBuilder): void {
    const event = parseObject(data)
    if (event === undefined) return
    if (event.type === 'failed') out.fail(PLAIN_FAILED(String(event.message)))
    else this.#read(event as unknown as IrEvent, out)
  }

  end(out: ReplyBuilder): void {
    if (this.#finished) out.end()
  }

  #read(event: IrEvent, out: ReplyBuilder): void {
    if (event.type === 'start') out.start(event.id, event.model, event.created)
    else if (event.type === 'part_start') this.#open.set(keyOf(event), out.open(event.choice, event.part))
    else if (event.type === 'part_delta' || event.type === 'part_end') this.#part(event, out)
    else if (event.type === 'usage') out.usage(event.usage)
    else if (event.type === 'finish') {
      this.#finished = true
      out.finish(event.choice, event.finish)
    }
  }

  #part(event: PartDeltaEvent | PartEndEvent, out: ReplyBuilder): void {
    const open = this.#open.get(keyOf(event))
    if (open === undefined) return
    if (event.type === 'part_end') out.close(open)
    else if (event.value === undefined) out.append(open, event.kind as 'text', event.text)
    else out.set(open, event.kind as 'seal', event.value as Seal, event.text)
  }
}

const keyOf = (event: { readonly choice: number; readonly index: number }): string => `${event.choice}/${event.index}`

const errorBody = (kind: string, message: string) => ({ failed: { kind, message } })

/** plainFormat is a codec without a fault, for the kit's own tests to damage. */
export const plainFormat: WireFormat<never> = {
  id: 'plain',
  features: plainFeatures,
  forward: { request: [], response: [] },
  request: {
    decode(body) {
      if (!isObject(body)) throw invalid('', 'an object', body)
      if (!Array.isArray(body.messages) || !Array.isArray(body.tools))
        throw invalid('messages', 'an array', body.messages)
      const source: Source = { format: 'plain', wire: () => undefined }
      return { ...(body as unknown as GenerateRequest), source }
    },
    encode({ source: _source, ...request }) {
      return { body: request as unknown as JsonObject, gaps: [] }
    }
  },
  response: {
    decoder: (head, target, _context, rewrite) => responseDecoder(head, target.provider, new PlainReader(), rewrite),
    encode: response => response,
    encoder: () => ({
      contentType: 'text/event-stream',
      push: (batch: EventBatch) =>
        batch
          .filter(event => event.type !== 'error')
          .map(frame)
          .join(''),
      end: () => '',
      fail: error => frame({ type: 'failed', message: error.message }),
      ping: () => ': ping\n\n'
    })
  },
  error: {
    decode(head, body) {
      const failed = parseObject(new TextDecoder().decode(body))?.failed
      const message = isObject(failed) && typeof failed.message === 'string' ? failed.message : `status ${head.status}`
      return {
        kind: DENIED[head.status] ?? (head.status < 500 ? 'upstream_rejected' : 'upstream_unavailable'),
        message
      }
    },
    encode: error => ({
      status: ERROR_KINDS[error.kind as ErrorKind].status,
      body: errorBody(error.kind, error.message)
    })
  },
  models: {
    decode: body => (isObject(body) && Array.isArray(body.models) ? body.models.map(id => ({ id: String(id) })) : []),
    encodeList: rows => ({ models: rows.map(row => row.id) }),
    encodeOne: row => ({ model: row.id })
  }
}
