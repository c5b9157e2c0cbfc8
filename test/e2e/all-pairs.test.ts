import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import t from 'tap'
import { start } from '../../core/test/cli/support/run.ts'
import { FAMILIES, type Family, read } from '../support/readings.ts'

/*
 * Every format on either side of one gateway: the official clients read what upstreams of each format answer, and one
 * conversation reaches an upstream of each format from a client of each. Both stand in `fixtures/pairs`.
 */

const root = new URL('../../', import.meta.url)
const fixtures = new URL('fixtures/pairs/', root)
const replies = new URL('replies/', fixtures)
const FILES: Readonly<Record<Family, string>> = {
  chat: 'chat-completions',
  responses: 'responses',
  messages: 'messages',
  gemini: 'gemini'
}
const CASES = readdirSync(replies)
/** Odd enough to cut through events and through characters. */
const CHUNK_BYTES = 31

type Body = Readonly<Record<string, unknown>>
const json = (path: string): Body => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'))

function cut(path: string): Uint8Array[] {
  const bytes = readFileSync(new URL(path, replies))
  const pieces: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) pieces.push(bytes.subarray(at, at + CHUNK_BYTES))
  return pieces
}

/** asked tells which case a request is for, and whether it wants a stream: Gemini says both in its path. */
function asked(family: Family, request: RecordedRequest): { readonly model: string; readonly stream: boolean } {
  if (family === 'gemini') {
    const [, model = '', verb = ''] = /\/models\/([^/:]+):(\w+)/.exec(request.url) ?? []
    return { model, stream: verb === 'streamGenerateContent' }
  }
  const { model, stream } = request.json() as { readonly model: string; readonly stream?: boolean }
  return { model, stream: stream === true }
}

const script =
  (family: Family) =>
  (request: RecordedRequest): Answer => {
    if (request.method === 'GET') return { steps: ['{"object":"list","data":[],"models":[]}'] }
    const { model, stream } = asked(family, request)
    const file = `${CASES.includes(model) ? model : 'text'}/${FILES[family]}.${stream ? 'sse' : 'json'}`
    return { headers: { 'content-type': stream ? 'text/event-stream' : 'application/json' }, steps: cut(file) }
  }

t.setTimeout(60_000)
const upstreams = Object.fromEntries(
  await Promise.all(FAMILIES.map(async family => [family, await fakeUpstream(script(family))] as const))
) as Record<Family, Awaited<ReturnType<typeof fakeUpstream>>>
t.teardown(() => Promise.all(FAMILIES.map(family => upstreams[family].close())))
const { url } = await start(
  t,
  {
    cwd: fileURLToPath(root),
    env: {
      CHAT: `${upstreams.chat.origin}/v1`,
      RESPONSES: `${upstreams.responses.origin}/v1`,
      MESSAGES: upstreams.messages.origin,
      GEMINI: upstreams.gemini.origin
    }
  },
  ['--config', 'test/e2e/all-pairs.config.ts']
)

const PATHS: Readonly<Record<Family, (model: string) => string>> = {
  chat: () => '/v1/chat/completions',
  responses: () => '/v1/responses',
  messages: () => '/v1/messages',
  gemini: model => `/v1beta/models/${model}:generateContent`
}
const GEMINI_MODEL = 'gemini-3-pro'

/** What one format has no word for is asked of nobody, so that the pairs can be compared. */
const UNSAID: Readonly<Partial<Record<Family, readonly string[]>>> = {
  responses: ['stop', 'stop_sequences', 'stopSequences'],
  gemini: ['parallel_tool_calls', 'disable_parallel_tool_use']
}

function sayable(body: Body, ...families: readonly Family[]): Body {
  const unsaid = families.flatMap(family => UNSAID[family] ?? [])
  return JSON.parse(JSON.stringify(body, (key, value) => (unsaid.includes(key) ? undefined : value)))
}

for (const from of FAMILIES) {
  for (const to of FAMILIES) {
    const pair = `a client of ${from}, an upstream of ${to}`

    t.test(`${pair}: each reply is read as it was meant`, async t => {
      for (const name of CASES) {
        const meant = json(`replies/${name}/reading.json`)
        for (const stream of [false, true]) {
          const { usage, ...reading } = await read(from, { url, model: `${to}/${name}`, stream })
          const counted = usage && { input: usage.input, output: usage.output, cached: usage.cached }
          t.strictSame({ ...reading, usage: counted }, meant, `${name}, ${stream ? 'streamed' : 'whole'}`)
        }
      }
    })

    t.test(`${pair}: a conversation reaches the upstream whole`, async t => {
      const said = sayable(json(`conversation/${FILES[from]}.json`), from, to)
      const { model = GEMINI_MODEL, ...wanted } = sayable(json(`conversation/${FILES[to]}.json`), from, to)
      const named = `${to}/${model}`
      const before = upstreams[to].requests.length
      const reply = await fetch(url + PATHS[from](named), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer key-of-client' },
        body: JSON.stringify(from === 'gemini' ? said : { ...said, model: named })
      })
      t.equal(reply.status, 200, await reply.text())
      const sent = upstreams[to].requests.slice(before).find(({ method }) => method === 'POST')
      t.match(sent?.json(), wanted)
      t.equal(sent?.url, PATHS[to](String(model)))
      t.match(JSON.stringify(sent?.headers), `key-for-${to}`)
      t.notMatch(JSON.stringify([sent?.headers, sent?.body]), 'key-of-client')
    })
  }
}
