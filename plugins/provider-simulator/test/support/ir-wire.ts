import {
  FEATURE_NAMES,
  type FeatureTable,
  type GenerateRequest,
  type IrEvent,
  ISTHMUS_UPSTREAM_PROTOCOL,
  type UpstreamErrorKind,
  unfold,
  type WireFormat
} from '@isthmus/core'
import { isObject, parseJson, responseDecoder } from '@isthmus/core/wire'
import type { Wire } from '../../src/wires.ts'

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
    decoder(head) {
      // A reader hands over events by a list of its own: the builder would write them anew.
      const events: IrEvent[] = []
      const inner = responseDecoder(head, 'simulator', {
        whole(body, out) {
          if (isObject(body.error)) out.fail(problem(String(body.error.kind)))
          else unfold(body as never, out)
        },
        event(data, _name, out) {
          const event = parseJson(data)
          if (!isObject(event)) throw problem('no event')
          if ('failed' in event) return out.fail(problem(String(event.failed)))
          events.push(event as unknown as IrEvent)
          if (event.type === 'end') out.end()
        },
        end() {}
      })
      const merge = (own: IrEvent[]) => {
        const read = events.splice(0)
        return own.some(event => event.type === 'error') || !own.some(event => event.type === 'end')
          ? [...read, ...own]
          : read
      }
      return { push: chunk => merge(inner.push(chunk)), end: () => merge(inner.end()) }
    }
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

export const irWire: Wire = { format: irFormat, path: '/ir', dialect: [], sealFormat: 'simulator-v1' }
