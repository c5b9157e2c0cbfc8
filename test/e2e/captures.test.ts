import { request as httpRequest } from 'node:http'
import t, { type Test } from 'tap'
import { type Composed, composed } from '../support/composed.ts'
import { type Capture, captures, hasShared } from '../support/shared.ts'

/*
 * Every request that real clients were seen to make in the two formats, sent with its own headers. The models they ask
 * for are aliases of the simulator here.
 */

const PATHS = /^(\/openai)?\/v1\/(chat\/completions|messages|models(\/[^/:]+)?)(\?.*)?$|^\/api\/hello/

interface Answer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** send sends a request as it was captured; only what belongs to a connection is this one's own. */
function send({ url }: Composed, { request }: Capture): Promise<Answer> {
  const { host: _, connection: _1, 'content-length': _2, ...headers } = request.headers
  const body = request.body === null ? undefined : JSON.stringify(request.body)
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url + request.url, { method: request.method, headers, agent: false }, reply => {
      let text = ''
      reply.setEncoding('utf8').on('data', chunk => {
        text += chunk
      })
      reply.on('error', reject)
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, type: String(reply.headers['content-type'] ?? ''), text })
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Requests that are refused here, with the status and the reason. */
const REFUSED: Readonly<Record<string, readonly [number, RegExp, string]>> = {
  'anthropic-sdk/08-toolrunner-helper.json': [400, /thread_unsupported_request/, 'threads are not kept'],
  'anthropic-sdk/09-toolrunner-helper.json': [400, /thread_unsupported_request/, 'threads are not kept'],
  'anthropic-sdk/10-toolrunner-streamed.json': [400, /thread_unsupported_request/, 'threads are not kept'],
  'anthropic-sdk/11-toolrunner-streamed.json': [400, /thread_unsupported_request/, 'threads are not kept'],
  'anthropic-sdk/29-error-bad-request.json': [400, /max_tokens/, 'wrong on purpose'],
  'openai-chat/18-error-bad-request.json': [400, /messages: expected an array/, 'wrong on purpose'],
  'claude-code/m62-websearch.json': [400, /tools\.hosted/, 'the simulator runs no search']
}

type Json = Readonly<Record<string, unknown>>

/** An answer is told from its first member that the other format does not have. */
const SHAPES: Readonly<Record<string, { readonly whole: object; readonly list: object; readonly error: object }>> = {
  chat: {
    whole: { object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: /./ }] },
    list: { object: 'list', data: Array },
    error: { error: { message: /./, type: /./ } }
  },
  messages: {
    whole: { type: 'message', role: 'assistant', content: Array, stop_reason: /./, usage: { output_tokens: Number } },
    list: { data: Array, has_more: Boolean },
    error: { type: 'error', error: { type: /./, message: /./ }, request_id: /./ }
  }
}

/** check holds one answer to the status and the shape that its client needs. */
function check(t: Test, capture: Capture, { status, type, text }: Answer): void {
  const { name, request } = capture
  const family =
    /messages|claude|anthropic/.test(request.url) || 'anthropic-version' in request.headers ? 'messages' : 'chat'
  const shape = SHAPES[family]!
  const [expected, said] = REFUSED[name] ?? [200, undefined]
  const title = `${name}: ${capture.what}`
  if (status !== expected) t.fail(title, { status, text: text.slice(0, 500) })
  else if (request.method === 'HEAD') t.equal(text, '', title)
  else if (said !== undefined) {
    t.match(JSON.parse(text), shape.error, title)
    t.match(text, said, title)
  } else if (request.method === 'GET') {
    const one = /\/models\/[^/?]+/.test(request.url)
    t.match(JSON.parse(text), one ? { id: /./ } : shape.list, title)
  } else if (request.body?.stream === true) {
    t.match(type, 'text/event-stream', title)
    checkStream(t, title, family, text)
  } else {
    t.match(type, 'application/json', title)
    t.match(JSON.parse(text), shape.whole, title)
  }
}

/** checkStream reads frames the way the strictest clients do. */
function checkStream(t: Test, title: string, family: string, text: string): void {
  t.ok(text.endsWith('\n\n'), title)
  const frames = text.split('\n\n').slice(0, -1)
  const data = (frame: string) => frame.replace(/^(event: .*\n)?data: /, '')
  if (family === 'chat') {
    t.equal(frames.at(-1), 'data: [DONE]', title)
    const chunks = frames.slice(0, -1).map(frame => JSON.parse(data(frame)) as Json)
    t.ok(
      chunks.every(chunk => Array.isArray(chunk.choices)),
      title
    )
    const ends = chunks.flatMap(chunk => (chunk.choices as Json[]).flatMap(choice => choice.finish_reason ?? []))
    t.equal(ends.length, 1, title)
    return
  }
  const events = frames.map(frame => [/^event: (.*)$/m.exec(frame)?.[1], JSON.parse(data(frame)) as Json] as const)
  t.ok(
    events.every(([event, { type }]) => event === type),
    title
  )
  t.match(events[0]?.[1], { type: 'message_start', message: { content: [], usage: { input_tokens: Number } } }, title)
  t.match(events.at(-2)?.[1], { type: 'message_delta', delta: { stop_reason: /./ }, usage: Object }, title)
  t.equal(events.at(-1)?.[0], 'message_stop', title)
}

for (const channel of ['simulator', 'simulator-messages']) {
  t.test(`what real clients sent is answered by the ${channel}, each in its own format`, async t => {
    if (!hasShared('clients')) {
      t.pass('the captured requests are not here')
      return
    }
    // The Gemini clients that ask for the model list belong to a format of their own.
    const asked = captures().filter(
      ({ client, request }) => PATHS.test(request.url) && !/^(google-genai|gemini-cli)$/.test(client)
    )
    t.ok(asked.length > 180, `${asked.length} requests`)
    const models = new Set(asked.flatMap(({ request }) => (request.body?.model as string | undefined) ?? []))
    const gateway = await composed(t, {
      plugins: [
        { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } },
        { use: '@isthmus/provider-simulator', id: 'simulator-messages', options: { wire: 'messages', tokenDelayMs: 0 } }
      ],
      models: { aliases: Object.fromEntries([...models].map(name => [name, `${channel}/echo`])) }
    })
    for (const capture of asked) check(t, capture, await send(gateway, capture))
    const settled = gateway.logged.filter(line => line.msg === 'exchange')
    const exchanges = asked.filter(({ request }) => request.method === 'POST')
    t.equal(settled.length, exchanges.length, 'one log line for each')
    t.notOk(gateway.logged.some(line => Number(line.level) > 40))
  })
}
