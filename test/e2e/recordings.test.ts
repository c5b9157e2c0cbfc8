import { APIError as AnthropicError } from '@anthropic-ai/sdk'
import { ApiError as GoogleError } from '@google/genai'
import { APIError as OpenAiError } from 'openai'
import t, { type Test } from 'tap'
import { type Composed, composed } from '../support/composed.ts'
import { FAMILIES, type Family, type Reading, type ReadUsage, read } from '../support/readings.ts'
import { NAMED, replayed } from '../support/replayed.ts'
import { hasShared, isConversation, type Recording, recordings } from '../support/shared.ts'

/*
 * What real upstreams answered, played back behind the gateway. The official client of each format reads it through the
 * gateway, and its text, calls, end and usage are compared with what the client of the upstream's own format reads without
 * the gateway.
 */

/** What stands before the name of a recording in the names that clients ask for. */
const CHANNELS: Readonly<Record<Family, string>> = {
  chat: 'openai/',
  responses: `openai-responses/${NAMED}`,
  messages: 'anthropic/',
  gemini: 'google/'
}
const AT_ONCE = 4

/** What the upstream's own client cannot read, although a model answered. Through the gateway it can be read. */
const OWN_CLIENT_FAILS: readonly (readonly [RegExp, string])[] = [
  [/missing role for choice/, 'no chunk has a role'],
  [/missing finish_reason for choice/, 'no chunk has a finish reason'],
  [/invalid tool call index/, 'calls have no index'],
  [/chunk\.choices is not iterable|undefined \(reading 'id'\)/, 'a chunk has no choices, or a call no beginning'],
  [/without producing a Message|Incomplete JSON segment/, 'the last event has no blank line behind it'],
  [/got message_start before receiving/, 'two replies in one stream; the first one counts'],
  [/Unable to parse tool parameter JSON/, 'the arguments of a call are not JSON']
]
/** What its own client cannot read with the gateway either. */
const NOBODY_READS: Readonly<Record<string, string>> = {
  'azure-responses-9c30799ee8': 'the upstream answered in another format, so every client is told of an error',
  'openai-responses-9bcaa77518': 'the helper for streams of Responses throws at the events of a patch'
}

type Member = keyof Reading

/** Replies of which the gateway makes something else than their own client, in what, and why. */
const READ_OTHERWISE: Readonly<Record<string, readonly [Member[], string]>> = {
  'google-chat-674eaf5c97': [['usage'], 'each chunk has usage, and the last one counts'],
  'groq-chat-18ebe3989d': [['usage'], 'usage is in a member of its own'],
  'openai-chat-e195e0931f': [['usage'], 'usage is in a chunk that the client skips'],
  'openai-chat-6154754b6c': [['text'], 'the transcript of the spoken answer is its text where there is no sound'],
  'openai-chat-b256c5392a': [['text', 'finish'], 'the same, and no chunk says why it ended'],
  'snowflake-chat-bd87de376c': [
    ['finish'],
    'no chunk says why it ended, which is a word of its own in one format alone'
  ],
  'anthropic-messages-3844b727bd': [['text'], 'why it refused is a text where there is no other place for it'],
  'anthropic-messages-aca90765d1': [
    ['calls', 'text'],
    'the arguments of a call are cut off, and one client mends that'
  ],
  'openai-responses-4088c5e124': [
    ['calls', 'text'],
    'the arguments of a call are cut off: two formats want them whole'
  ],
  'openai-responses-90fff829b0': [['text'], 'the recording was shortened: its pieces are not its whole'],
  'openai-responses-231cc7ba92': [['finish'], 'the answer has only been queued, which three formats have no word for']
}

/** Own clients that read without an error, and yet nothing that was said. */
function isMisread({ text, calls }: Reading): boolean {
  return text.includes('[object Object]') || calls.some(([name]) => name === '')
}

type Outcome = { readonly reading: Reading } | { readonly error: Error & { readonly status?: number } }

async function attempt(family: Family, url: string, model: string, stream: boolean): Promise<Outcome> {
  try {
    return { reading: await read(family, { url, model, stream }) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** meant is what a client of another format should read, given what a client of the upstream's format reads. */
function meant(reading: Reading, { api, features }: Recording, to: Family): Reading {
  const { text, calls, finish, usage } = reading
  const refused = to === 'messages' && finish === 'stop' && features.includes('refusal')
  const ended = finish === 'stop' || finish === 'none'
  const unsaid = to === 'gemini' ? 'other' : 'stop'
  const plain = refused ? 'refusal' : finish === 'none' ? unsaid : finish
  return {
    text,
    calls,
    finish: calls.length > 0 && ended ? 'tool_calls' : plain,
    usage: to === api ? usage : usageFor(to, usage)
  }
}

function usageFor(to: Family, usage: ReadUsage | undefined): ReadUsage | undefined {
  // Messages cannot leave it out.
  if (usage === undefined)
    return to === 'messages' ? { input: 0, output: 0, cached: 0, reasoning: 0, total: 0 } : undefined
  const { input, output, reasoning, total } = usage
  // Some count reasoning beside the output, and some more of it than there was output.
  const made = total === input + output + reasoning ? output + reasoning : output
  return { ...usage, output: to === 'gemini' ? Math.max(made, reasoning) : made }
}

/**
 * plain leaves out what may differ: formats have other borders between texts, one has a word in the place of a picture, and
 * some upstreams count more as cached than there was.
 */
function plain({ text, usage, ...rest }: Reading, leave: readonly Member[]): object {
  const counted = usage && { input: usage.input, output: usage.output, cached: Math.min(usage.cached, usage.input) }
  const all = { ...rest, text: text.replace(/\s|\[image\]/g, ''), usage: counted }
  return Object.fromEntries(Object.entries(all).filter(([member]) => !leave.includes(member as Member)))
}

/** What an upstream says of the gateway's key or account with the status of a bad request. */
const DENIED = /API key not valid|location is not supported|exceeded your current quota/

/** statusFor: what the upstream holds against the gateway's key or account is not the client's doing. */
const statusFor = ({ status, body }: Recording['response']): number =>
  [401, 402, 403].includes(status) || (status === 400 && DENIED.test(JSON.stringify(body))) ? 502 : status

/** CLASSES are what two of the libraries call their errors; the third has one for all. */
const CLASSES: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  429: 'RateLimitError',
  502: 'InternalServerError'
}
const ERRORS = { chat: OpenAiError, responses: OpenAiError, messages: AnthropicError, gemini: GoogleError } as const

t.setTimeout(120_000)
t.test('what was recorded is read alike through the gateway, in all formats', async t => {
  if (!hasShared('recordings')) {
    t.pass('the recorded replies are not here')
    return
  }
  const all = FAMILIES.flatMap(api => recordings(api)).filter(isConversation)
  const origin = await replayed(t, all)
  const options = { apiKey: 'any', baseUrl: `${origin}/v1` }
  const gateway = await composed(t, {
    plugins: [
      { use: '@isthmus/ingress-responses' },
      { use: '@isthmus/ingress-gemini' },
      { use: '@isthmus/provider-openai', options },
      { use: '@isthmus/provider-openai', id: 'openai-responses', options: { ...options, responses: true } },
      { use: '@isthmus/provider-anthropic', options },
      { use: '@isthmus/provider-gemini', id: 'google', options }
    ]
  })
  const left = [...all]
  t.ok(left.length > 1380, `${left.length} recordings`)
  const worker = async (): Promise<void> => {
    for (let next = left.pop(); next !== undefined; next = left.pop()) await compare(t, origin, gateway, next)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  t.strictSame(
    gateway.logged.filter(line => Number(line.level) > 40),
    []
  )
})

async function compare(t: Test, origin: string, { url }: Composed, recording: Recording): Promise<void> {
  const { id, stream, features, response } = recording
  const api = recording.api as Family
  const own = await attempt(api, origin, id, stream)
  const through = {} as Record<Family, Outcome>
  for (const to of FAMILIES) through[to] = await attempt(to, url, CHANNELS[api] + id, stream)
  const wrong = ['mid-stream-error', 'malformed-function-call'].some(feature => features.includes(feature))
  const reference = referenceOf(t, id, own, through[api])
  for (const to of FAMILIES) {
    const got = through[to]
    const title = `${id} read by a client of ${to}`
    const why = to === api || !('reading' in got) ? NOBODY_READS[id] : undefined
    if (response.status >= 400 || wrong) checkError(t, title, to, recording, got)
    else if (why !== undefined) t.ok('error' in got, `${title}: ${why}`)
    else if ('error' in got) t.fail(title, { message: got.error.message })
    else if (reference !== undefined) {
      const [leave = []] = READ_OTHERWISE[id] ?? []
      t.strictSame(plain(got.reading, leave), plain(meant(reference, recording, to), leave), title)
    }
  }
}

/** referenceOf is what the own client reads, or where that cannot, what it reads through the gateway. */
function referenceOf(t: Test, id: string, own: Outcome, through: Outcome): Reading | undefined {
  if ('reading' in own && !isMisread(own.reading)) return own.reading
  if ('reading' in through) {
    if ('error' in own) {
      const known = OWN_CLIENT_FAILS.find(([pattern]) => pattern.test(own.error.message))
      t.ok(known, `${id}: ${known?.[1] ?? own.error.message}`)
    }
    return through.reading
  }
  return undefined
}

function checkError(t: Test, title: string, to: Family, { response }: Recording, got: Outcome): void {
  if ('reading' in got) {
    t.fail(`${title}: no error`)
    return
  }
  t.ok(got.error instanceof ERRORS[to], title)
  if (response.status < 400) return
  const status = statusFor(response)
  t.equal(got.error.status, status, title)
  if (to !== 'gemini') t.equal(got.error.constructor.name, CLASSES[status], title)
}
