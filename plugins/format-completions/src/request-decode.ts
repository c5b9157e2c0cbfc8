import type { CompleteRequest, ReplyWishes, RequestHead } from '@isthmus/core'
import {
  codepoints,
  defined,
  ingressOf,
  invalid,
  isObject,
  type JsonObject,
  restOf,
  withNested
} from '@isthmus/core/wire'
import { decodeSampling, FORWARD } from '@isthmus/format-chat-completions/openai'
import { REQUEST_KEYS, requestShape, type WireRequest } from './request-schema.ts'
import { FORMAT, makeExt, type ReplyContext } from './types.ts'

type Prompts = CompleteRequest['prompts']

const STREAM_KEYS: ReadonlySet<string> = new Set(['include_usage', 'include_obfuscation'])

/** decodeRequest reads the body of a request. It throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(body: unknown, head: RequestHead): CompleteRequest {
  if (!isObject(body)) throw invalid('', 'a JSON object', body)
  const wire = requestShape.check(body)
  const prompts = decodePrompts(wire.prompt)
  return defined({
    op: 'complete',
    model: wire.model,
    prompts,
    // An empty text is led to from anywhere.
    suffix: wire.suffix || undefined,
    echo: wire.echo ?? undefined,
    bestOf: wire.best_of ?? undefined,
    // One widespread library always sends a bias, and an empty one asks for nothing.
    sampling: decodeSampling(isEmpty(wire.logit_bias) ? { ...wire, logit_bias: null } : wire),
    output: decodeOutput(wire),
    reply: decodeReply(wire, prompts),
    identity: typeof wire.user === 'string' ? { endUser: wire.user } : undefined,
    ingress: ingressOf(FORMAT, head, FORWARD.request),
    ext: makeExt(decodeRest(body, wire))
  }) as CompleteRequest
}

/** decodePrompts reads text, token ids, or a list of either. Null is no prompt: the model begins a text of its own. */
function decodePrompts(prompt: unknown): Prompts {
  if (prompt === null) return []
  if (typeof prompt === 'string') return [prompt]
  if (!Array.isArray(prompt)) throw invalid('prompt', 'a string, token ids, or a list of either', prompt)
  const [first] = prompt
  if (first === undefined) throw invalid('prompt', 'at least one prompt', prompt)
  if (typeof first === 'number') return [decodeTokens(prompt, 'prompt')]
  return prompt.map((entry, at) =>
    typeof entry === 'string' ? entry : decodeTokens(entry, `prompt[${at}]`, 'a string or token ids')
  )
}

function decodeTokens(tokens: unknown, path: string, expected = 'token ids'): readonly number[] {
  if (!Array.isArray(tokens) || tokens.length === 0) throw invalid(path, expected, tokens)
  for (const [at, token] of tokens.entries()) {
    if (!Number.isSafeInteger(token) || token < 0) throw invalid(`${path}[${at}]`, 'a token id', token)
  }
  return tokens
}

function decodeOutput(wire: WireRequest): CompleteRequest['output'] {
  const { stop, logprobs } = wire
  const stops = typeof stop === 'string' ? [stop] : (stop ?? undefined)
  return defined({
    maxTokens: wire.max_tokens ?? undefined,
    stop: stops !== undefined && stops.length > 0 ? stops : undefined,
    n: wire.n ?? undefined,
    logprobs: typeof logprobs === 'number' ? { top: logprobs } : undefined
  })
}

function decodeReply(wire: WireRequest, prompts: Prompts): ReplyWishes {
  const [prompt] = prompts
  const placed = typeof wire.logprobs === 'number' && typeof prompt === 'string' && prompts.length === 1 && !wire.echo
  const context: ReplyContext | undefined = placed ? { promptChars: codepoints(prompt) } : undefined
  return defined({
    stream: wire.stream ?? false,
    includeUsage: wire.stream_options?.include_usage ?? undefined,
    obfuscation: wire.stream_options?.include_obfuscation ?? undefined,
    context
  })
}

function decodeRest(body: JsonObject, wire: WireRequest): JsonObject | undefined {
  const { stream_options: options } = wire
  const nested = wire.stream && isObject(options) ? restOf(options, STREAM_KEYS) : undefined
  return withNested(restOf(body, REQUEST_KEYS), 'stream_options', nested)
}

const isEmpty = (members: object | null | undefined): boolean => Object.keys(members ?? {}).length === 0
