import Anthropic from '@anthropic-ai/sdk'
import { ApiError } from '@google/genai'
import { base64Of, isObject } from '@isthmus/core/wire'
import OpenAI from 'openai'
import type { Completion } from 'openai/resources/completions'
import t, { type Test } from 'tap'
import { composed } from '../support/composed.ts'
import { anthropicAt, googleAt, openaiAt } from '../support/readings.ts'
import { replayed } from '../support/replayed.ts'
import { hasShared, type Recording, recordings } from '../support/shared.ts'

/*
 * What real upstreams answered beside conversations: text completions, vectors, numbers of tokens and lists of models. Each
 * is played back behind the gateway, and read by the official clients of all formats that have the operation.
 */

t.setTimeout(60_000)
const RECORDED = hasShared('recordings') ? {} : { skip: 'the recorded replies are not here' }

/** setUp starts an upstream with recordings, and the gateway before it. */
async function setUp(t: Test, all: readonly Recording[]) {
  const origin = await replayed(t, all)
  const options = { apiKey: 'any', baseUrl: `${origin}/v1` }
  const gateway = await composed(t, {
    plugins: [
      { use: '@isthmus/ingress-responses' },
      { use: '@isthmus/ingress-completions' },
      { use: '@isthmus/ingress-embeddings' },
      { use: '@isthmus/ingress-gemini' },
      { use: '@isthmus/provider-openai', options: { ...options, responses: true } },
      { use: '@isthmus/provider-anthropic', options },
      { use: '@isthmus/provider-gemini', id: 'google', options }
    ]
  })
  return { origin, url: gateway.url }
}

/** outcome gives what a call gives, or the error it ends in. */
const outcome = <T>(call: Promise<T>): Promise<T | Error> => call.catch((error: Error) => error)

/** statusOf is the status of what any of the clients threw; what is not such an error is given back. */
function statusOf(got: unknown): unknown {
  const isError = got instanceof Anthropic.APIError || got instanceof OpenAI.APIError || got instanceof ApiError
  return isError ? got.status : got
}

t.test('recorded text completions are read alike through the gateway', RECORDED, async t => {
  const all = recordings('completions')
  const { origin, url } = await setUp(t, all)
  t.ok(all.length > 20, `${all.length} recordings`)
  for (const { id, stream, request } of all) {
    const usage = stream && { stream_options: { include_usage: true } }
    const asked = { prompt: 'Hi', ...request?.body, ...usage }
    const own = await outcome(complete(openaiAt(origin), { ...asked, model: id }, stream))
    const through = await outcome(complete(openaiAt(url), { ...asked, model: `openai/${id}` }, stream))
    t.strictSame(statusOf(through), statusOf(own), id)
    if (own instanceof Error) t.equal(through.constructor, own.constructor, id)
  }
})

interface Completed {
  readonly choices: readonly { readonly text: string; readonly finish: string; readonly logprobs: unknown }[]
  readonly usage: unknown
}

async function complete(
  openai: OpenAI,
  asked: { prompt: unknown; model: string },
  stream: boolean
): Promise<Completed> {
  const body = asked as OpenAI.CompletionCreateParams
  if (!stream) return completed([await openai.completions.create({ ...body, stream: false })])
  const chunks: Completion[] = []
  for await (const chunk of await openai.completions.create({ ...body, stream: true })) chunks.push(chunk)
  return completed(chunks)
}

/** completed puts the chunks of a reply together. */
function completed(chunks: readonly Completion[]): Completed {
  const choices: { text: string; finish: string; logprobs: unknown }[] = []
  for (const { index, text, finish_reason, logprobs } of chunks.flatMap(chunk => chunk.choices)) {
    choices[index] ??= { text: '', finish: '', logprobs: null }
    const choice = choices[index]
    choice.text += text ?? ''
    // One vendor's own word for it.
    choice.finish = String(finish_reason ?? choice.finish).replace('eos', 'stop')
    choice.logprobs = logprobs ?? choice.logprobs
  }
  const usage = chunks.findLast(({ usage }) => usage)?.usage
  return { choices, usage: usage && { ...usage, completion_tokens: usage.completion_tokens ?? 0 } }
}

t.test('recorded vectors are read alike through the gateway, by clients of both formats', RECORDED, async t => {
  const all = recordings('embeddings')
  const { url } = await setUp(t, all)
  const openai = openaiAt(url)
  const google = googleAt(url)
  t.ok(all.length > 25, `${all.length} recordings`)
  for (const { id, request, response } of all) {
    const channel = /^(google|vertex)-/.test(id) ? 'google' : 'openai'
    const model = `${channel}/${id}`
    const wanted = vectorsIn(response.body)
    const input = wanted.length === 0 ? ['a'] : wanted.map(String)
    const { dimensions: _, ...rest } = request?.body ?? {}
    for (const encoding_format of ['base64', 'float'] as const) {
      const asked = { ...(channel === 'openai' && rest), model, input, encoding_format }
      const got = await outcome(openai.embeddings.create(asked))
      checkVectors(t, `${id} as ${encoding_format}`, response.status, got, wanted)
    }
    const got = await outcome(google.models.embedContent({ model, contents: input }))
    checkVectors(t, `${id} by a client of Gemini`, response.status, got, wanted)
  }
})

function vectorsIn(body: unknown): readonly unknown[] {
  if (!isObject(body)) return []
  if (isObject(body.embedding)) return [body.embedding.values]
  if (Array.isArray(body.embeddings)) return body.embeddings.map(({ values }) => values)
  return Array.isArray(body.data) ? body.data.map(({ embedding }) => embedding) : []
}

function checkVectors(t: Test, title: string, status: number, got: unknown, wanted: readonly unknown[]): void {
  if (status >= 400) {
    t.equal(statusOf(got), status, title)
    return
  }
  if (wanted.some(isOther) && got instanceof Error)
    t.match(got.message, /no list of numbers|cannot be read as 32-bit/, title)
  else if (got instanceof Error) t.fail(`${title}: ${got.message}`)
  else t.strictSame(vectorsIn(JSON.parse(JSON.stringify(got))).map(floats), wanted.map(floats), title)
}

/** isOther tells base64 that is not of floats: one vendor makes vectors of single bytes unless another form is asked for. */
const isOther = (vector: unknown): boolean => typeof vector === 'string' && vector.startsWith('1/8A807U')

/** floats writes a vector as base64, whatever form it has. */
const floats = (vector: unknown): unknown => (Array.isArray(vector) ? base64Of(vector) : vector)

t.test(
  'recorded numbers of tokens are read alike through the gateway, by clients of all formats that count',
  RECORDED,
  async t => {
    const all = ['messages', 'responses', 'gemini']
      .flatMap(recordings)
      .filter(({ features }) => features.includes('count-tokens'))
    const { url } = await setUp(t, all)
    const channels: Readonly<Record<string, string>> = { messages: 'anthropic', responses: 'openai', gemini: 'google' }
    t.ok(all.length > 25, `${all.length} recordings`)
    for (const { id, api, response } of all) {
      const model = `${channels[api]}/${id}`
      const { input_tokens, totalTokens } = response.body as Readonly<Record<string, number>>
      const messages = [{ role: 'user' as const, content: 'Hi' }]
      const counts = {
        responses: async () => (await openaiAt(url).responses.inputTokens.count({ model, input: 'Hi' })).input_tokens,
        messages: async () => (await anthropicAt(url).messages.countTokens({ model, messages })).input_tokens,
        gemini: async () => (await googleAt(url).models.countTokens({ model, contents: 'Hi' })).totalTokens
      }
      const wanted = response.status < 400 ? (totalTokens ?? input_tokens) : response.status
      for (const [client, count] of Object.entries(counts)) {
        t.equal(statusOf(await outcome(count())), wanted, `${id} counted for a client of ${client}`)
      }
    }
  }
)

t.test('recorded lists of models are read alike through the gateway, by clients of all formats', RECORDED, async t => {
  // The gateway asks for lists alone.
  const all = recordings('models').filter(({ request }) => request?.path.endsWith('/models'))
  const origin = await replayed(t, all)
  const uses: Readonly<Record<string, string>> = { anthropic: 'anthropic', google: 'gemini' }
  const gateway = await composed(t, {
    plugins: [
      { use: '@isthmus/ingress-gemini' },
      ...all.map(({ id, provider }) => ({
        use: `@isthmus/provider-${uses[provider] ?? 'openai'}`,
        id,
        options: { apiKey: 'any', baseUrl: `${origin}/${id}` }
      }))
    ]
  })
  const isRead = () => gateway.logged.filter(({ msg }) => msg === 'model list read').length === all.length
  while (!isRead()) await new Promise(setImmediate)
  const wanted = [
    ...new Set(all.flatMap(({ id, response }) => namesIn(response.body).map(name => `${id}/${name}`)))
  ].sort()
  t.ok(wanted.length > 200, `${wanted.length} models`)
  const lists = {
    chat: openaiAt(gateway.url).models.list(),
    messages: anthropicAt(gateway.url).models.list({ limit: 1000 }),
    gemini: googleAt(gateway.url).models.list({ config: { pageSize: 1000 } })
  }
  for (const [client, list] of Object.entries(lists)) {
    const names: string[] = []
    for await (const row of await list) names.push('id' in row ? row.id : (row.name ?? '').replace(/^models\//, ''))
    t.strictSame(names.sort(), wanted, client)
  }
})

function namesIn(body: unknown): readonly string[] {
  const { data, models } = body as { data?: readonly { id: string }[]; models?: readonly { name: string }[] }
  return data?.map(({ id }) => id) ?? models?.map(({ name }) => name.replace(/^models\//, '')) ?? []
}
