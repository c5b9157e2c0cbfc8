import type { CompleteRequest, GenerateRequest } from '@isthmus/core'
import { parseJson } from '@isthmus/core/wire'
import { PROVIDER_SIMULATOR_ANSWERS, PROVIDER_SIMULATOR_DIMENSIONS } from './errors.ts'
import { type Arrived, type Job, messageJob } from './job.ts'
import { stopAt } from './limits.ts'
import { converse, embed, MAX_VECTOR } from './models.ts'
import { countTokens } from './tokens.ts'
import { turnOf } from './turn.ts'
import { countInput } from './usage.ts'
import { textOf, vectorOf } from './vectors.ts'
import type { Wire } from './wires.ts'

/** Reader reads a request to one of the upstream's APIs; it throws what is wrong with it. */
export type Reader = (arrived: Arrived) => Job

/** readersOf gives the APIs of a wire, each with how errors are written there and what reads its requests. */
export function readersOf(wire: Wire) {
  const { generate, complete, embed, count } = wire
  return [
    ...(count === undefined ? [] : [{ isAt: count.isAt, format: count.format, read: countReader(count.format) }]),
    ...(complete === undefined
      ? []
      : [{ isAt: complete.isAt, format: complete.format, read: completeReader(wire, complete.format) }]),
    ...(embed === undefined ? [] : [{ isAt: embed.isAt, format: embed.format, read: embedReader(embed.format) }]),
    { isAt: () => true, format: generate.format, read: generateReader(wire) }
  ]
}

function generateReader(wire: Wire): Reader {
  const { format } = wire.generate
  return arrived => {
    const { id, head, body } = arrived
    const wireBody = parseJson(body)
    const request = format.request.decode(wireBody, head)
    const turn = turnOf(request, body)
    const choices = answersOf(request, 1)
    const perChoice = (choice: number) =>
      converse(request.model, turn, call => `call_${id}_${choices === 1 ? call : `${choice}_${call}`}`)
    const performance = perChoice(0)
    return messageJob(arrived, format, wire.dialect, performance, {
      request,
      wholeCalls: wire.wholeCalls ?? false,
      ...((wire.seals?.(wireBody) ?? true) && { seal: wire.seal }),
      answerOf: choice => stopAt((choice === 0 ? performance : perChoice(choice)).answer, request.output.stop ?? [])
    })
  }
}

const MAX_ANSWERS = 128
const MAX_ALL_ANSWERS = 2048

/** answersOf gives how many answers each prompt gets, as far as an upstream would give them. */
function answersOf({ output }: GenerateRequest | CompleteRequest, prompts: number): number {
  const each = Math.max(1, output.n ?? 1)
  if (each <= MAX_ANSWERS && each * prompts <= MAX_ALL_ANSWERS) return each
  throw PROVIDER_SIMULATOR_ANSWERS(MAX_ANSWERS, MAX_ALL_ANSWERS)
}

/** completeReader reads prompts as turns of a user, each of which is answered as often as was asked. */
function completeReader(wire: Wire, format: NonNullable<Wire['complete']>['format']): Reader {
  return arrived => {
    const { id, head, body } = arrived
    const request = format.request.decode(parseJson(body), head)
    const { echo, output } = request
    const prompts = (request.prompts.length === 0 ? [''] : request.prompts).map(promptText)
    const each = answersOf(request, prompts.length)
    const perform = (choice: number) => {
      const prompt = prompts[Math.floor(choice / each)]!
      const said = converse(request.model, turnOf(conversation(request, [prompt]), body), call => `call_${id}_${call}`)
      return { ...said, answer: { ...stopAt(said.answer, output.stop ?? []), ...(echo && { preface: prompt }) } }
    }
    const whole = conversation(request, prompts)
    return messageJob(arrived, format, wire.dialect, perform(0), {
      request: { ...whole, output: { ...whole.output, n: prompts.length * each } },
      answerOf: choice => perform(choice).answer
    })
  }
}

/** Token ids mean nothing without a tokenizer: a model sees the numbers. */
function promptText(prompt: string | readonly number[]): string {
  return typeof prompt === 'string' ? prompt : prompt.join(' ')
}

function conversation(
  { model, sampling, output, reply, ingress }: CompleteRequest,
  prompts: readonly string[]
): GenerateRequest {
  const messages = prompts.map(text => ({ role: 'user', parts: [{ type: 'text', text }] }) as const)
  return { op: 'generate', model, messages, tools: [], sampling, output, reply, ingress }
}

function embedReader(format: NonNullable<Wire['embed']>['format']): Reader {
  return ({ id, head, body, created }) => {
    const request = format.request.decode(parseJson(body), head)
    const { model, inputs } = request
    const performance = embed(model)
    const length = request.dimensions ?? performance.vectorLength
    if (!(length >= 1 && length <= MAX_VECTOR)) throw PROVIDER_SIMULATOR_DIMENSIONS(MAX_VECTOR)
    const texts = inputs.map(textOf)
    const fresh = texts.reduce((sum, text) => sum + countTokens(text), 0)
    const vectors = texts.map(text => vectorOf(text, length))
    const reply = { op: 'embed', model, vectors, usage: { input: { fresh }, output: {} } } as const
    const options = { id: `sim-${id}`, created, model, includeUsage: true, dialect: [] }
    return { type: 'result', format, performance, body: format.response.encode(reply, request, options) }
  }
}

function countReader(format: NonNullable<Wire['count']>['format']): Reader {
  return ({ id, head, body, created }) => {
    const request = format.request.decode(parseJson(body), head)
    const { model, input } = request
    const performance = converse(model, turnOf(input, body), call => `call_${call}`)
    const reply = { op: 'count_tokens', inputTokens: countInput(input), estimated: false } as const
    const options = { id: `sim-${id}`, created, model, includeUsage: true, dialect: [] }
    return { type: 'result', format, performance, body: format.response.encode(reply, request, options) }
  }
}
