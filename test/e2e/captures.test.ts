import { request as httpRequest } from 'node:http'
import t from 'tap'
import { type Answered, checkAnswer } from '../support/captured.ts'
import { type Composed, composed } from '../support/composed.ts'
import { type Capture, captures, hasShared } from '../support/shared.ts'

/*
 * Every request that real clients were seen to make, sent with its own headers. The models they ask for are aliases of the
 * simulator here, which speaks each of the formats in turn.
 */

/** send sends a request as it was captured; only what belongs to a connection is this one's own. */
function send({ url }: Composed, { request }: Capture): Promise<Answered> {
  const { host: _, connection, 'content-length': _2, ...headers } = request.headers
  const body = request.body === null ? undefined : JSON.stringify(request.body)
  const sending = { method: request.method, headers: { ...headers, ...upgrade(connection) }, agent: false as const }
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url + request.url, sending, reply => {
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

const upgrade = (connection = '') => connection.toLowerCase() === 'upgrade' && { connection }

const THREAD = [400, /thread_unsupported_request/] as const
const NO_SUCH_REPLY = [404, /resp_000039mock/] as const
const SOCKET = [426, /WebSocket/i] as const

/** Requests that are refused here, with the status and what is said of the reason. */
const REFUSED: Readonly<Record<string, readonly [number, RegExp]>> = {
  'anthropic-sdk/08-toolrunner-helper.json': THREAD,
  'anthropic-sdk/09-toolrunner-helper.json': THREAD,
  'anthropic-sdk/10-toolrunner-streamed.json': THREAD,
  'anthropic-sdk/11-toolrunner-streamed.json': THREAD,
  // Wrong on purpose.
  'anthropic-sdk/29-error-bad-request.json': [400, /max_tokens/],
  'openai-chat/18-error-bad-request.json': [400, /messages: expected an array/],
  // A search is all it wants, and the simulator runs none.
  'claude-code/m62-websearch.json': [400, /tools\.choice\.hosted/],
  // It was kept elsewhere.
  'openai-responses/09-tool-loop-with-previous-response-id.json': [400, /previous_response_not_found/],
  'openai-responses/11-stored-response-retrieve-delete.json': NO_SUCH_REPLY,
  'openai-responses/12-stored-response-retrieve-delete.json': NO_SUCH_REPLY,
  // Clients that are told so ask over HTTP at once.
  'codex/10-websocket-attempt-falls-back-at-once.json': SOCKET,
  'codex/20-codex-sdk.json': SOCKET,
  'codex/m01-builtin.json': SOCKET,
  'codex/m03-builtin-404ws.json': SOCKET,
  'codex/m06-ws.json': SOCKET
}

/** modelOf gives the name of the model that a request asks for. */
const modelOf = ({ request }: Capture): string | undefined =>
  (request.body?.model as string | undefined) ?? /\/models\/([^:?]+)/.exec(request.url)?.[1]

t.setTimeout(60_000)
for (const wire of ['chat-completions', 'responses', 'messages', 'gemini']) {
  t.test(`what real clients sent is answered by a model behind ${wire}, each in its own format`, async t => {
    if (!hasShared('clients')) {
      t.pass('the captured requests are not here')
      return
    }
    const asked = captures()
    t.ok(asked.length > 330, `${asked.length} requests`)
    const names = new Set(asked.flatMap(capture => modelOf(capture) ?? []))
    // Not every wire has vectors.
    const targets = { embedding: ['simulator/embed', 'chat/embed'], other: ['simulator/echo'] }
    const aliases = [...names].map(name => [name, targets[name.includes('embedding') ? 'embedding' : 'other']])
    const gateway = await composed(t, {
      plugins: [
        { use: '@isthmus/ingress-completions' },
        { use: '@isthmus/ingress-embeddings' },
        { use: '@isthmus/ingress-responses' },
        { use: '@isthmus/ingress-gemini' },
        { use: '@isthmus/provider-simulator', options: { wire, tokenDelayMs: 0 } },
        { use: '@isthmus/provider-simulator', id: 'chat', options: { tokenDelayMs: 0 } }
      ],
      models: { aliases: Object.fromEntries(aliases) }
    })
    for (const capture of asked) checkAnswer(t, capture, await send(gateway, capture), REFUSED[capture.name])
    const settled = gateway.logged.filter(line => line.msg === 'exchange')
    const exchanges = asked.filter(({ request }) => request.method === 'POST')
    t.equal(settled.length, exchanges.length, 'one log line for each')
    t.notOk(gateway.logged.some(line => Number(line.level) > 40))
  })
}
