import { randomUUID } from 'node:crypto'
import {
  type ClientCall,
  type EndEvent,
  type EventBatch,
  endEvent,
  type Ingress,
  type IrRequest,
  type MessageCall,
  type Part,
  type ReplyOptions,
  type RequestHead,
  unfold,
  wishesOf
} from '@isthmus/core'
import { type FakeHost, fakeExchange, fakeHost, requestHead, resolveOptions } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import plugin from '../../src/index.ts'

/** Answered is what came of one request. */
export interface Answered {
  readonly id: string
  /** What went on to the model. */
  readonly request: IrRequest
  /** The last response that the client was told of. */
  readonly response: JsonObject
  readonly events: readonly JsonObject[]
}

export interface AskOptions {
  readonly principal?: string
  readonly path?: string
  /** Events of the upstream, in batches, the end excepted. Default: a short text. */
  readonly batches?: readonly EventBatch[]
  readonly end?: EndEvent
}

/** Client talks to an ingress that has no gateway around it: what an upstream would answer is given. */
export interface Client {
  readonly ingress: Ingress
  readonly host: FakeHost
  ask(body: JsonObject, options?: AskOptions): Promise<Answered>
  /** visit asks for what is kept. */
  visit(route: string, given?: Visit): Promise<JsonObject>
}

export interface Visit {
  readonly id?: string
  readonly principal?: string
  readonly query?: RequestHead['query']
  readonly body?: unknown
}

/** saying gives the events of an answer of one text. */
export const saying = (text: string, reason: 'stop' | 'length' = 'stop'): EventBatch =>
  answer([{ type: 'text', text }], reason)

/** answer gives the events of an answer, without its end. */
export function answer(parts: readonly Part[], reason: 'stop' | 'length' = 'stop'): EventBatch {
  const choices = [{ index: 0, parts, finish: { reason, native: '' } }]
  return unfold({
    id: 'resp_upstream',
    model: 'real-model',
    choices,
    usage: { input: { fresh: 3 }, output: { total: 2 } }
  })
    .take()
    .slice(0, -1)
}

/** client sets the ingress up. */
export async function client(options: Record<string, unknown> = {}, host = fakeHost()): Promise<Client> {
  const ingress = await plugin.setup(host, resolveOptions(plugin.options, options))
  const callAt = (path: string): ClientCall => {
    const route = ingress.routes.find(({ method, path: own }) => method === 'POST' && own === path)
    if (route === undefined || !('calls' in route)) throw new Error(`no call at ${path}`)
    return route.calls[0]!
  }
  return {
    ingress,
    host,
    async ask(body, { principal, path = '/v1/responses', batches = [saying('Hello.')], end = endEvent() } = {}) {
      const call = callAt(path)
      const request = call.decode(body, requestHead())
      const x = { ...fakeExchange({ ...(principal && { principal }) }), request, id: randomUUID() }
      const context = wishesOf(request).context
      const facts: ReplyOptions = {
        id: x.id,
        created: 7,
        model: request.model,
        includeUsage: false,
        dialect: [],
        context
      }
      await ingress.hooks?.request?.(x)
      if (!('encoder' in call)) return { id: x.id, request: x.request, response: {}, events: [] }
      const text = written(call, facts, ingress.hooks?.events?.(x), batches, end)
      const events = text.split('\n').flatMap(line => (line.startsWith('data: ') ? JSON.parse(line.slice(6)) : []))
      const response = events.findLast(event => event.response !== undefined)?.response ?? {}
      return { id: x.id, request: x.request, response, events }
    },
    async visit(wanted, { id = '', principal, query = {}, body } = {}) {
      const route = ingress.routes.find(({ method, path }) => `${method} ${path}` === wanted)
      if (route === undefined || !('handle' in route)) throw new Error(`no route ${wanted}`)
      const arrival = { ...fakeExchange({ ...(principal && { principal }) }), id: randomUUID() }
      return (await route.handle(requestHead({ params: { id }, query }), arrival, body)) as JsonObject
    }
  }
}

function written(
  call: MessageCall,
  facts: ReplyOptions,
  stage: ReturnType<NonNullable<NonNullable<Ingress['hooks']>['events']>>,
  batches: readonly EventBatch[],
  end: EndEvent
): string {
  const encoder = call.encoder(facts)
  let text = ''
  for (const batch of batches) text += encoder.push(stage === undefined ? batch : stage.push(batch))
  const held = stage?.end?.(end) ?? []
  return text + encoder.push(held.at(-1)?.type === 'end' ? held : [...held, end])
}
