import {
  type ClientCall,
  endEvent,
  type Finish,
  finishEvent,
  type Ingress,
  type IrEvent,
  type IrRequest,
  type MessageCall,
  type OperationReply,
  partEnd,
  partStart,
  type ReplyOptions,
  type RequestHead,
  startEvent,
  type TextPart,
  textDelta,
  type Usage,
  usageEvent,
  wishesOf
} from '@isthmus/core'
import type { TObject } from 'typebox'
import { shapeOf } from './schemas.ts'
import type { Content } from './types.ts'

const MODEL = 'provider/model'
const TEXT: TextPart = { type: 'text', text: 'Hello.' }
const FINISH: Finish = { reason: 'stop', native: '' }
const USAGE: Usage = { input: { fresh: 5 }, output: { total: 2 } }

/** exampleOf gives the body that an ingress shows of a call. */
export const exampleOf = (call: ClientCall): unknown => call.example?.(MODEL)

/** repliesOf shows what a call answers with, as its own codec writes it. */
export function repliesOf(call: ClientCall, path: string): Content {
  const example = exampleOf(call)
  const request = example === undefined ? undefined : call.decode(example, headOf(path, call))
  const options = optionsOf(request)
  if (!('encoder' in call)) {
    if (request?.op !== 'embed' && request?.op !== 'count_tokens') return { 'application/json': {} }
    return whole(call.encodeResult(resultOf(call.operation), request, options))
  }
  // Where the body says whether it is streamed it may be either; elsewhere the path does.
  const said = 'stream' in ((call.schema as Partial<TObject> | undefined)?.properties ?? {})
  const streams = request !== undefined && wishesOf(request).stream
  return {
    ...((said || !streams) && whole(call.encodeResponse(RESPONSE, options))),
    ...((said || streams) && streamed(call, options))
  }
}

/** listsOf shows what an ingress answers where models are listed. */
export function listsOf({ encodeModels, encodeModel }: Ingress, operation: 'models' | 'model', path: string): Content {
  const row = { id: MODEL, provider: 'provider' }
  const head = { method: 'GET', path, query: {}, params: {}, headers: {} }
  return whole(operation === 'models' ? encodeModels([row], head) : encodeModel(row))
}

const whole = (value: unknown): Content => ({ 'application/json': { schema: shapeOf(value), example: value } })

function streamed(call: MessageCall, options: ReplyOptions): Content {
  const encoder = call.encoder(options)
  const example = encoder.push(events()) + encoder.end()
  return { [encoder.contentType.split(';', 1)[0] ?? '']: { schema: { type: 'string' }, example } }
}

const RESPONSE = {
  id: 'example',
  model: MODEL,
  created: 0,
  choices: [{ index: 0, parts: [TEXT], finish: FINISH }],
  usage: USAGE
}

const events = (): IrEvent[] => [
  startEvent('example', MODEL, 0),
  partStart(0, 0, { type: 'text', text: '' }),
  textDelta(0, 0, 'text', TEXT.text),
  partEnd(0, 0, TEXT),
  usageEvent(USAGE),
  finishEvent(0, FINISH),
  endEvent()
]

const resultOf = (operation: 'embed' | 'count_tokens'): OperationReply =>
  operation === 'embed'
    ? { op: 'embed', model: MODEL, vectors: [[0.5, -0.25]], usage: USAGE }
    : { op: 'count_tokens', inputTokens: 5, estimated: false }

function optionsOf(request: IrRequest | undefined): ReplyOptions {
  const wishes = request === undefined ? undefined : wishesOf(request)
  return {
    id: 'example',
    created: 0,
    model: MODEL,
    includeUsage: true,
    dialect: wishes?.dialect ?? [],
    context: wishes?.context
  }
}

/** headOf is the head of a request to a path of the document. */
function headOf(path: string, { suffix = '' }: ClientCall): RequestHead {
  const model = `${MODEL}${suffix}`
  return { method: 'POST', path: path.replace('{model}', MODEL), query: {}, params: { '*': model, model }, headers: {} }
}
