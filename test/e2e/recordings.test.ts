import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import t, { type Test } from 'tap'
import { type Composed, composed } from '../support/composed.ts'
import { type Family, type Reading, read } from '../support/readings.ts'
import { hasShared, type Recording, recordings } from '../support/shared.ts'

/*
 * What real upstreams answered, played back behind the gateway. The official client of each format reads it through the
 * gateway, and what it reads is compared with what the client of the upstream's own format reads without the gateway.
 */

const FAMILIES = ['chat', 'messages'] as const
const CHANNELS: Readonly<Record<Family, string>> = { chat: 'openai', messages: 'anthropic' }
const AT_ONCE = 4

/** What the upstream's own client cannot read, although a model answered. Through the gateway it can be read. */
const OWN_CLIENT_FAILS: readonly (readonly [RegExp, string])[] = [
  [/missing role for choice/, 'no chunk has a role'],
  [/missing finish_reason for choice/, 'no chunk has a finish reason'],
  [/invalid tool call index/, 'calls have no index'],
  [/chunk\.choices is not iterable|undefined \(reading 'id'\)/, 'a chunk has no choices, or a call no beginning'],
  [/without producing a Message/, 'the last event has no blank line behind it'],
  [/got message_start before receiving/, 'two replies in one stream; the first one counts'],
  [/Unable to parse tool parameter JSON/, 'the arguments of a call are not JSON']
]

/** Replies of which the gateway makes something else than their own client, and why. */
const READ_OTHERWISE: Readonly<Record<string, string>> = {
  'google-chat-674eaf5c97': 'each chunk has usage, and the last one counts',
  'groq-chat-18ebe3989d': 'usage is in a member of its own',
  'openai-chat-e195e0931f': 'usage is in a chunk that the client skips',
  'openai-chat-6154754b6c': 'the transcript of the spoken answer is its text for a client of Messages',
  'openai-chat-b256c5392a': 'the transcript of the spoken answer is its text for a client of Messages',
  'anthropic-messages-aca90765d1': 'the arguments of a call are cut off, and one client mends that'
}

type Outcome = { readonly reading: Reading } | { readonly error: Error & { readonly status?: number } }

async function attempt(family: Family, url: string, model: string, stream: boolean): Promise<Outcome> {
  try {
    return { reading: await read(family, { url, model, stream }) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** replay answers with what was recorded under the name of the model. */
function replay(all: ReadonlyMap<string, Recording>, request: RecordedRequest): Answer {
  const found = request.method === 'POST' ? all.get(String(request.json().model)) : undefined
  if (found === undefined) return { status: 404 }
  const { status, kind, headers, body } = found.response
  const type = { json: 'application/json', sse: 'text/event-stream', text: 'text/plain' }[kind]
  return {
    status,
    headers: { ...headers, 'content-type': type },
    steps: [typeof body === 'string' ? body : JSON.stringify(body)]
  }
}

/** meant is what a client of the other format should read, given what a client of the upstream's format reads. */
function meant({ text, calls, finish, usage }: Reading, recording: Recording, to: Family): Reading {
  const refused = to === 'messages' && finish === 'stop' && recording.features.includes('refusal')
  const messagesUsage = usage ?? { input: 0, output: 0, cached: 0 }
  const counted = to === 'messages' && recording.api === 'chat' ? messagesUsage : usage
  return {
    // Between texts that something else stood between, Chat Completions has a blank line.
    text: text.replace(/\s/g, ''),
    calls,
    finish: calls.length > 0 && finish === 'stop' ? 'tool_calls' : refused ? 'refusal' : finish,
    // Some count more tokens as cached than there were.
    usage: counted && { ...counted, cached: Math.min(counted.cached, counted.input) }
  }
}

/** plain leaves out what may differ. */
function plain({ usage, ...reading }: Reading, recording: Recording, to: Family): object {
  const cached = usage && Math.min(usage.cached, usage.input)
  // This vendor counts reasoning beside the output, and Messages counts it as output.
  const output = recording.provider === 'xai' && to === 'messages' ? undefined : usage?.output
  return {
    ...reading,
    text: reading.text.replace(/\s/g, ''),
    ...(usage !== undefined && { usage: { input: usage.input, cached, ...(output !== undefined && { output }) } })
  }
}

/** statusFor: what the upstream holds against the gateway's key or account is not the client's doing. */
const statusFor = (status: number): number => ([401, 402, 403].includes(status) ? 502 : status)

/** CLASSES are what both clients call their errors. */
const CLASSES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  502: 'InternalServerError'
}

t.setTimeout(120_000)
t.test('what was recorded is read alike through the gateway, in both formats', async t => {
  if (!hasShared('recordings')) {
    t.pass('the recorded replies are not here')
    return
  }
  // Counting tokens is an operation of its own.
  const all = new Map(
    FAMILIES.flatMap(api => recordings(api))
      .filter(({ features }) => !features.includes('count-tokens'))
      .map(recording => [recording.id, recording])
  )
  const upstream = await fakeUpstream(request => replay(all, request))
  t.teardown(() => upstream.close())
  const gateway = await composed(t, {
    plugins: [
      { use: '@isthmus/provider-openai', options: { apiKey: 'any', baseUrl: `${upstream.origin}/v1` } },
      { use: '@isthmus/provider-anthropic', options: { apiKey: 'any', baseUrl: upstream.origin } }
    ]
  })
  const left = [...all.values()]
  t.ok(left.length > 780, `${left.length} recordings`)
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await compare(t, upstream.origin, gateway, next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  t.notOk(gateway.logged.some(line => Number(line.level) > 40))
})

async function compare(test: Test, origin: string, { url }: Composed, recording: Recording): Promise<void> {
  const { id, stream } = recording
  const api = recording.api as Family
  const own = await attempt(api, origin, id, stream)
  const model = `${CHANNELS[api]}/${id}`
  const through = {
    chat: await attempt('chat', url, model, stream),
    messages: await attempt('messages', url, model, stream)
  }
  for (const to of FAMILIES) {
    const title = `${id} read by a client of ${to}`
    const got = through[to]
    const wrong = recording.response.status >= 400 || recording.features.includes('mid-stream-error')
    if (wrong) checkError(test, title, recording, got)
    else if ('error' in got) test.fail(title, { message: got.error.message })
    else if ('error' in own) {
      const known = OWN_CLIENT_FAILS.find(([pattern]) => pattern.test(own.error.message))
      test.ok(known, `${title}: ${known?.[1] ?? own.error.message}`)
    } else if (READ_OTHERWISE[id] === undefined && !own.reading.text.includes('[object Object]')) {
      const wanted = meant(own.reading, recording, to)
      test.strictSame(plain(got.reading, recording, to), plain(wanted, recording, to), title)
    }
  }
  const { chat, messages } = through
  if ('reading' in chat && 'reading' in messages && READ_OTHERWISE[id] === undefined) {
    const refused = recording.features.includes('refusal')
    const { text, calls, finish } = messages.reading
    test.match(
      { ...chat.reading, text: chat.reading.text.replace(/\s/g, '') },
      refused ? { calls } : { text: text.replace(/\s/g, ''), calls, finish },
      `${id}: both clients read the same`
    )
  }
}

function checkError(test: Test, title: string, { response }: Recording, got: Outcome): void {
  if ('reading' in got) test.fail(`${title}: no error`)
  else if (response.status < 400) test.match(got.error.constructor.name, 'APIError', title)
  else {
    const status = statusFor(response.status)
    test.equal(got.error.status, status, title)
    test.equal(got.error.constructor.name, CLASSES[status], title)
  }
}
