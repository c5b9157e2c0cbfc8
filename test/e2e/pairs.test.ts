import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Anthropic from '@anthropic-ai/sdk'
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages'
import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import OpenAI from 'openai'
import type { ChatCompletionCreateParamsNonStreaming } from 'openai/resources/chat/completions'
import t from 'tap'
import { start } from '../../core/test/cli/support/run.ts'
import { read } from '../support/readings.ts'
import { caught } from '../support/simulated.ts'

/*
 * The example config of the repository, started as a person would start it, between the official clients and two
 * upstreams: both formats on either side. What the upstreams answer, and one conversation as both formats write it, stand
 * in `fixtures/pairs`.
 */

const root = new URL('../../', import.meta.url)
const fixtures = new URL('fixtures/pairs/', root)
const replies = new URL('replies/', fixtures)
const FILES: Readonly<Record<Family, string>> = { chat: 'chat-completions', messages: 'messages' }
const FAMILIES = ['chat', 'messages'] as const
type Family = (typeof FAMILIES)[number]
const CHANNELS: Readonly<Record<Family, string>> = { chat: 'openai', messages: 'anthropic' }
const CASES = readdirSync(replies)
/** Odd enough to cut through events and through characters. */
const CHUNK_BYTES = 31

const json = (path: string) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'))

/** cut gives the bytes of a file in small pieces. */
function cut(path: string): Uint8Array[] {
  const bytes = readFileSync(new URL(path, replies))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.subarray(at, at + CHUNK_BYTES))
  return pieces
}

const ERRORS: Readonly<Record<Family, unknown>> = {
  chat: { error: { message: 'Simulated trouble', type: 'some_error', param: null, code: null } },
  messages: { type: 'error', error: { type: 'some_error', message: 'Simulated trouble' } }
}
const LISTS: Readonly<Record<Family, unknown>> = {
  chat: { object: 'list', data: [{ id: 'gpt-4.1', object: 'model', created: 1744316542, owned_by: 'system' }] },
  messages: {
    data: [{ type: 'model', id: 'claude-sonnet-4-5', display_name: 'Sonnet', created_at: '2025-09-29T00:00:00Z' }],
    has_more: false
  }
}

/** script answers with the case that the model is named for, with a status, or not at all. */
function script(family: Family): (request: RecordedRequest) => Answer {
  return request => {
    if (request.method === 'GET') return { steps: [JSON.stringify(LISTS[family])] }
    const { model, stream } = request.json() as { readonly model: string; readonly stream?: boolean }
    if (model === 'silent') return { steps: [{ silent: true }] }
    const [, status] = /^status-(\d+)$/.exec(model) ?? []
    if (status !== undefined) {
      const headers = { 'content-type': 'application/json', 'retry-after': '9' }
      return { status: Number(status), headers, steps: [JSON.stringify(ERRORS[family])] }
    }
    const file = `${CASES.includes(model) ? model : 'text'}/${FILES[family]}.${stream ? 'sse' : 'json'}`
    return { headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' }, steps: cut(file) }
  }
}

t.setTimeout(60_000)
const upstreams = { chat: await fakeUpstream(script('chat')), messages: await fakeUpstream(script('messages')) }
t.teardown(() => Promise.all(FAMILIES.map(family => upstreams[family].close())))
const { url, running } = await start(
  t,
  {
    cwd: fileURLToPath(root),
    env: {
      OPENAI_API_KEY: 'key-for-openai',
      OPENAI_BASE_URL: `${upstreams.chat.origin}/v1`,
      ANTHROPIC_API_KEY: 'key-for-anthropic',
      ANTHROPIC_BASE_URL: upstreams.messages.origin,
      ISTHMUS_DB: ':memory:',
      LOG_LEVEL: 'debug'
    }
  },
  ['--config', 'gateway.config.ts', '--port', '0']
)
const openai = new OpenAI({ apiKey: 'key-of-client', baseURL: `${url}/v1`, maxRetries: 0 })
const anthropic = new Anthropic({ apiKey: 'key-of-client', baseURL: url, maxRetries: 0 })

for (const from of FAMILIES) {
  for (const to of FAMILIES) {
    const pair = `a client of ${from}, an upstream of ${to}`
    const model = (name: string) => `${CHANNELS[to]}/${name}`

    t.test(`${pair}: each reply is read as it was meant`, async t => {
      for (const name of CASES) {
        const meant = json(`replies/${name}/reading.json`)
        for (const stream of [false, true]) {
          const { usage, ...reading } = await read(from, { url, model: model(name), stream })
          const counted = usage && { input: usage.input, output: usage.output, cached: usage.cached }
          t.strictSame({ ...reading, usage: counted }, meant, `${name}, ${stream ? 'streamed' : 'whole'}`)
        }
      }
    })

    t.test(`${pair}: a conversation reaches the upstream whole, under its own key`, async t => {
      const body = json(`conversation/${FILES[from]}.json`)
      const meant = json(`conversation/${FILES[to]}.json`)
      const named = { ...body, model: model(meant.model) }
      const before = upstreams[to].requests.length
      if (from === 'chat') await openai.chat.completions.create(named as ChatCompletionCreateParamsNonStreaming)
      else await anthropic.messages.create(named as MessageCreateParamsNonStreaming)
      const asked = upstreams[to].requests.slice(before).find(({ method }) => method === 'POST')
      const { model: name, ...wanted } = meant
      t.match(asked?.json(), wanted)
      t.equal(asked?.json().model, name)
      const key = asked?.headers['x-api-key'] ?? asked?.headers.authorization
      t.equal(key, to === 'chat' ? 'Bearer key-for-openai' : 'key-for-anthropic')
      t.notMatch(JSON.stringify([asked?.headers, asked?.body]), 'key-of-client')
      t.equal(asked?.url, to === 'chat' ? '/v1/chat/completions' : '/v1/messages')
    })

    t.test(`${pair}: an error of the upstream is an error of the client's own`, async t => {
      const { APIError, NotFoundError, RateLimitError, InternalServerError, BadRequestError } =
        from === 'chat' ? OpenAI : Anthropic
      const cases = [
        [400, BadRequestError, 400],
        [401, InternalServerError, 502],
        [404, NotFoundError, 404],
        [429, RateLimitError, 429],
        [500, InternalServerError, 502],
        [503, InternalServerError, from === 'chat' ? 503 : 529]
      ] as const
      for (const [status, type, seen] of cases) {
        for (const stream of [false, true]) {
          const error = await caught(read(from, { url, model: model(`status-${status}`), stream }))
          t.ok(error instanceof type && error instanceof APIError, `${status}: ${error.constructor.name}`)
          const message = status === 401 ? /refused the gateway's own key/ : /Simulated trouble/
          t.match(error, { status: seen, message })
          if (error instanceof RateLimitError) t.equal(error.headers.get('retry-after'), '9')
        }
      }
    })

    t.test(`${pair}: the upstream is told when the client leaves before anything came`, async t => {
      const leaving = new AbortController()
      const { signal } = leaving
      const earlier = upstreams[to].requests.length
      const messages = [{ role: 'user' as const, content: 'Hi' }]
      const asked = { model: model('silent'), messages }
      const waiting = caught(
        from === 'chat'
          ? openai.chat.completions.create(asked, { signal })
          : anthropic.messages.create({ ...asked, max_tokens: 9 }, { signal })
      )
      let request = await upstreams[to].next()
      while (upstreams[to].requests.indexOf(request) < earlier || request.method === 'GET')
        request = await upstreams[to].next()
      leaving.abort()
      t.match((await waiting).constructor.name, 'APIUserAbortError')
      t.equal(await request.closed, 'aborted')
    })
  }
}

t.test('reasoning crosses from one format to the other', async t => {
  const asked = { max_tokens: 8000, messages: [{ role: 'user' as const, content: 'Hi' }] }
  for (const channel of ['openai', 'anthropic']) {
    const request = { ...asked, model: `${channel}/reasoning` }
    for (const message of [
      await anthropic.messages.create(request),
      await anthropic.messages.stream(request).finalMessage()
    ]) {
      t.match(message.content, [
        { type: 'thinking', thinking: 'Two and two.' },
        { type: 'text', text: 'Four.' }
      ])
    }
    const shown = { ...request, reasoning: { effort: 'low' } }
    const { choices, usage } = await openai.chat.completions.create(shown)
    t.match(choices[0]?.message, { content: 'Four.', reasoning: 'Two and two.' })
    t.equal(usage?.completion_tokens_details?.reasoning_tokens, 24)
  }
})

t.test('the model lists of both upstreams are one list, in the format of whoever asks', async t => {
  for (const channel of ['openai', 'anthropic']) {
    await running.until('out', new RegExp(`"channel":"${channel}".*"msg":"model list read"`))
  }
  const asOpenai: string[] = []
  for await (const { id } of openai.models.list()) asOpenai.push(id)
  const asAnthropic: string[] = []
  for await (const { id } of anthropic.models.list({ limit: 5 })) asAnthropic.push(id)
  t.strictSame(asOpenai, asAnthropic, 'page by page or at once')
  for (const id of ['openai/gpt-4.1', 'anthropic/claude-sonnet-4-5']) {
    t.ok(asOpenai.includes(id), id)
    t.equal((await openai.models.retrieve(id)).id, id)
    t.equal((await anthropic.models.retrieve(id)).id, id)
  }
})
