import {
  endEvent,
  errorEvent,
  FEATURE_NAMES,
  type FeatureTable,
  type GatewayError,
  type GenerateRequest,
  type IrEvent,
  type IrResponse,
  ISTHMUS_UPSTREAM_CLOSED,
  ISTHMUS_UPSTREAM_PROTOCOL,
  type ResponseDecoder,
  type UpstreamErrorKind,
  unfold,
  type WireFormat
} from '@isthmus/core'
import { isObject, parseJson, SseReader } from '@isthmus/core/wire'
import { at, type Wire } from '../../src/wires.ts'

const problem = (what: string) => ISTHMUS_UPSTREAM_PROTOCOL('simulator', what)

/**
 * irFormat writes the IR itself as JSON: a wire that can say everything, so that what a test sees is what the simulator
 * said and not what a codec made of it.
 */
const irFormat: WireFormat = {
  id: 'ir',
  features: Object.fromEntries(FEATURE_NAMES.map(name => [name, 'exact'])) as unknown as FeatureTable,
  forward: { request: [], response: [] },
  request: {
    decode(body) {
      if (!isObject(body)) throw problem('not an object')
      return body as unknown as GenerateRequest
    },
    encode: (request, target) => ({ body: { ...request, model: target.model }, gaps: [] })
  },
  response: {
    encode: response => response,
    encoder: () => ({
      contentType: 'text/event-stream',
      push: batch => batch.map(event => `data: ${JSON.stringify(event)}\n\n`).join(''),
      end: () => '',
      fail: error => `data: ${JSON.stringify({ failed: error.kind })}\n\n`
    }),
    decoder: head => (head.headers['content-type'] === 'text/event-stream' ? new StreamDecoder() : new WholeDecoder())
  },
  error: {
    decode(_head, body) {
      const read = parseJson(Buffer.from(body).toString())
      const error = isObject(read) && isObject(read.error) ? read.error : {}
      return { kind: String(error.kind) as UpstreamErrorKind, message: String(error.message) }
    },
    encode: error => ({ status: error.statusCode, body: { error: { kind: error.kind, message: error.message } } })
  },
  models: { decode: () => [], encodeList: rows => rows, encodeOne: row => row }
}

class StreamDecoder implements ResponseDecoder {
  #events: IrEvent[] = []
  #ended = false
  #sse = new SseReader({ event: data => this.#read(parseJson(data)) })

  push(chunk: Uint8Array): IrEvent[] {
    this.#sse.push(chunk)
    return this.#events.splice(0)
  }
  end(): IrEvent[] {
    this.#sse.end()
    if (!this.#ended) this.#fail(ISTHMUS_UPSTREAM_CLOSED('simulator'))
    return this.#events.splice(0)
  }
  #read(event: unknown): void {
    if (this.#ended) return
    if (!isObject(event)) this.#fail(problem('no event'))
    else if ('failed' in event) this.#fail(problem(String(event.failed)))
    else {
      this.#events.push(event as unknown as IrEvent)
      this.#ended = event.type === 'end'
    }
  }
  #fail(error: GatewayError): void {
    this.#ended = true
    this.#events.push(errorEvent(error), endEvent())
  }
}

class WholeDecoder implements ResponseDecoder {
  #text = ''

  push(chunk: Uint8Array): IrEvent[] {
    this.#text += Buffer.from(chunk).toString()
    return []
  }
  end(): IrEvent[] {
    const body = parseJson(this.#text)
    const failed = isObject(body) ? isObject(body.error) && problem(String(body.error.kind)) : problem('not JSON')
    return failed ? [errorEvent(failed), endEvent()] : unfold(body as unknown as IrResponse).take()
  }
}

export const irWire: Wire = {
  generate: at(irFormat, '/ir'),
  dialect: [],
  seal: { format: 'simulator-v1', kind: 'signature', on: 'reasoning' }
}
