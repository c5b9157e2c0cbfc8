import type { ReplyOptions, StreamEncoder, WireFormat } from '../../../src/contract/index.ts'
import { ERROR_KINDS, type GatewayError, ISTHMUS_UPSTREAM_ERRORS } from '../../../src/errors/index.ts'
import {
  type EventBatch,
  FEATURE_NAMES,
  type FeatureTable,
  type IrEvent,
  type ReplyBuilder
} from '../../../src/ir/index.ts'
import { invalid, isObject, parseObject, responseDecoder } from '../../../src/wire/index.ts'

/*
 * A wire format of a few lines, so that the pipeline is tested without any real one. A request is
 * `{ model, text, stream?, stop?, tag? }`; a stream is SSE with `{ say }`, `{ done }` or `{ error }`; a whole reply is
 * `{ say, done }`.
 */
export const tinyTable = (changes: Partial<FeatureTable> = {}): FeatureTable =>
  ({ ...Object.fromEntries(FEATURE_NAMES.map(name => [name, 'exact'])), ...changes }) as FeatureTable

function read(body: Record<string, unknown>, out: ReplyBuilder): void {
  if (isObject(body.error)) {
    out.fail(ISTHMUS_UPSTREAM_ERRORS.upstream_overloaded(String(body.error.message)))
    return
  }
  out.start('tiny-1', 'tiny')
  if (body.think !== undefined) out.whole(0, { type: 'reasoning', hidden: false, text: String(body.think) })
  if (typeof body.say === 'string') {
    const part = out.open(0, { type: 'text', text: '' })
    out.append(part, 'text', body.say)
    out.close(part)
  }
  if (typeof body.tokens === 'number') out.usage({ input: { fresh: 1 }, output: { total: body.tokens } })
  if (body.done === true) {
    out.finish(0, { reason: 'stop', native: 'done' })
    out.end()
  }
}

class TinyEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream'
  push(batch: EventBatch): string {
    return batch.map(frame).join('')
  }
  end(): string {
    return 'data: bye\n\n'
  }
  fail(error: GatewayError): string {
    return `data: {"failed":"${error.code}"}\n\n`
  }
  ping(): string {
    return ': ping\n\n'
  }
}

function frame(event: IrEvent): string {
  return event.type === 'part_delta' && event.kind === 'text' ? `data: ${JSON.stringify(event.text)}\n\n` : ''
}

export const tiny = (features: Partial<FeatureTable> = {}): WireFormat => ({
  id: 'tiny',
  features: tinyTable(features),
  forward: { request: ['x-tiny'], response: ['x-tiny-left'] },
  request: {
    decode(body) {
      if (!isObject(body)) throw invalid('', 'an object', body)
      if (typeof body.model !== 'string') throw invalid('model', 'a string', body.model)
      return {
        op: 'generate',
        model: body.model,
        messages: [{ role: 'user', parts: [{ type: 'text', text: String(body.text) }] }],
        tools: [],
        sampling: typeof body.temperature === 'number' ? { temperature: body.temperature } : {},
        output: Array.isArray(body.stop) ? { stop: body.stop as string[] } : {},
        reply: { stream: body.stream === true, ...('echo' in body && { context: body.echo }) },
        ingress: { format: 'tiny' }
      }
    },
    encode: (request, target) => ({
      body: { model: target.model, messages: request.messages.length, stream: request.reply.stream },
      gaps:
        (request.sampling.temperature ?? 0) > 1
          ? [{ feature: 'sampling.temperature', action: 'dropped', field: 'temperature', message: 'above 1' }]
          : []
    })
  },
  response: {
    decoder: (head, target, _context, rewrite) =>
      responseDecoder(
        head,
        target.provider,
        { whole: read, event: (data, _name, out) => read(parseObject(data) ?? {}, out), end: () => {} },
        rewrite
      ),
    encode: (response, options: ReplyOptions) => ({
      id: options.id,
      ...(options.context !== undefined && { echo: options.context }),
      said: response.choices[0]?.parts.map(part => ('text' in part ? part.text : '')).join('')
    }),
    encoder: () => new TinyEncoder()
  },
  error: {
    decode: head => ({
      kind: head.status === 404 ? 'not_found' : head.status === 400 ? 'upstream_rejected' : 'upstream_overloaded',
      message: `upstream ${head.status}`,
      ...(head.headers['retry-after'] && { retryAfterMs: Number(head.headers['retry-after']) * 1000 })
    }),
    encode: (error, requestId) => ({
      status: ERROR_KINDS[error.kind].status,
      body: { tinyError: error.code, message: error.message, requestId }
    })
  },
  models: { decode: () => [], encodeList: rows => rows, encodeOne: row => row }
})

/** sse writes the frames of a tiny stream. */
export const sse = (...frames: readonly object[]): string =>
  frames.map(body => `data: ${JSON.stringify(body)}\n\n`).join('')
