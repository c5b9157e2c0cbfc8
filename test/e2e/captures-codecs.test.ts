import type { IrRequest, RequestHead, RequestReader, UpstreamCodec } from '@isthmus/core'
import { isGatewayError } from '@isthmus/core'
import { type Allowed, differences, unexplained } from '@isthmus/core/testing'
import { type Checker, checker, type JsonObject } from '@isthmus/core/wire'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import { gemini, geminiBatchEmbed, geminiCount } from '@isthmus/format-gemini'
import { messages, messagesCount } from '@isthmus/format-messages'
import { responses, responsesCount } from '@isthmus/format-responses'
import t from 'tap'
import { Type } from 'typebox'
import { type Capture, captures, hasShared } from '../support/shared.ts'

/*
 * Every request that real clients were seen to make of a model, read and written in its own format, and compared member by
 * member. What differs, and why, stands in the tables.
 */

/** Codec is a format as this test uses it. */
interface Codec {
  readonly schema: Checker<unknown>
  decode(body: unknown, head: RequestHead): IrRequest
  encode(request: IrRequest): { readonly body: unknown; readonly gaps: readonly unknown[] }
}

const codec = <R extends IrRequest, T>(
  format: UpstreamCodec<R, T> & { readonly request: RequestReader<R> }
): Codec => ({
  schema: checker(format.request.schema ?? Type.Never()),
  decode: format.request.decode,
  encode: request => format.request.encode(request as R, { provider: 'p', model: request.model })
})

const CODECS: readonly (readonly [RegExp, Codec])[] = [
  [/\/chat\/completions$/, codec(chatCompletions)],
  [/\/completions$/, codec(completions)],
  [/\/embeddings$/, codec(embeddings)],
  [/\/responses$/, codec(responses)],
  [/\/responses\/input_tokens$/, codec(responsesCount)],
  [/\/messages$/, codec(messages)],
  [/\/messages\/count_tokens$/, codec(messagesCount)],
  [/:(g|streamG)enerateContent$/, codec(gemini)],
  [/:countTokens$/, codec(geminiCount)],
  [/:batchEmbedContents$/, codec(geminiBatchEmbed)]
]

/** Requests that are refused, and the member that is wrong. */
const REFUSED: Readonly<Record<string, string>> = {
  'anthropic-sdk/08-toolrunner-helper.json': 'thread',
  'anthropic-sdk/09-toolrunner-helper.json': 'thread',
  'anthropic-sdk/10-toolrunner-streamed.json': 'thread',
  'anthropic-sdk/11-toolrunner-streamed.json': 'thread',
  'anthropic-sdk/29-error-bad-request.json': 'max_tokens',
  'openai-chat/18-error-bad-request.json': 'messages'
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0
const left = (was: unknown, is: unknown): boolean => isEmpty(was) && is === undefined

const ALLOWED: readonly Allowed[] = [
  { path: /^stream$/, when: (was, is) => was === false && is === undefined, why: 'not to stream is the default' },
  {
    path: /^stream_options$/,
    when: was => was === undefined,
    why: 'the gateway always asks for usage, and shows it to those who asked'
  },
  {
    path: /^messages\[#\]\.content$/,
    when: (was, is) => was === '' && is === null,
    why: 'a turn of calls says nothing'
  },
  {
    path: /^messages\[#\]\.refusal$/,
    when: (was, is) => was === null && is === undefined,
    why: 'null says the same as nothing'
  },
  {
    path: /^store$/,
    when: (was, is) => was === undefined && is === false,
    why: 'the gateway keeps replies itself: the upstream keeps them where the client says so'
  },
  { path: /^(tools|text|safetySettings|include)$/, when: left, why: 'what is empty says nothing' },
  {
    path: /^generationConfig(\.stopSequences)?$/,
    when: (was, is) => left(was, is) || (is === undefined && Object.values(was as object).every(isEmpty)),
    why: 'what is empty says nothing'
  }
]

/** In these the client sends two turns of the user in a row. The service takes them for one, and so does the gateway. */
const IN_A_ROW: ReadonlySet<string> = new Set(['claude-code/08-image.json', 'claude-code/m08-image.json'])

/** joined puts neighbours of one role together. */
function joined(body: JsonObject): JsonObject {
  const turns: { role: unknown; content: unknown[] }[] = []
  for (const { role, content } of body.messages as readonly JsonObject[]) {
    const blocks = Array.isArray(content) ? content : [{ type: 'text', text: content }]
    const last = turns.at(-1)
    if (last !== undefined && last.role === role) last.content.push(...blocks)
    else turns.push({ role, content: [...blocks] })
  }
  return { ...body, messages: turns }
}

function headOf({ request }: Capture): RequestHead {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1')
  const query = Object.fromEntries(searchParams)
  return { method: request.method, path: pathname, query, params: {}, headers: request.headers }
}

function refusedAt(decode: () => unknown): string | undefined {
  try {
    decode()
  } catch (thrown) {
    return isGatewayError(thrown) && thrown.kind === 'invalid_request' ? thrown.path : String(thrown)
  }
  return undefined
}

t.test('what real clients ask of a model comes back as it went', async t => {
  if (!hasShared('clients')) {
    t.pass('the captured requests are not here')
    return
  }
  const used = new Set<Allowed>()
  const all = captures().filter(({ request }) => request.method === 'POST')
  t.ok(all.length > 320, `${all.length} requests`)
  for (const capture of all) {
    const title = `${capture.name}: ${capture.what}`
    const head = headOf(capture)
    const found = CODECS.find(([path]) => path.test(head.path))?.[1]
    if (found === undefined) t.fail(`${title}: no format for ${head.path}`)
    else {
      const body = capture.request.body as JsonObject
      const refused = REFUSED[capture.name]
      if (refused !== undefined) {
        t.equal(
          refusedAt(() => found.decode(body, head)),
          refused,
          title
        )
        continue
      }
      t.strictSame(found.schema.problems(body), [], `${title}: the document of the API allows it`)
      const { body: written, gaps } = found.encode(found.decode(body, head))
      const wanted = IN_A_ROW.has(capture.name) ? joined(body) : body
      t.strictSame(unexplained(differences(wanted, JSON.parse(JSON.stringify(written))), ALLOWED, used), [], title)
      t.strictSame(gaps, [], `${title}: nothing is lost`)
    }
  }
  for (const entry of ALLOWED) t.ok(used.has(entry), `${entry.path.source}: ${entry.why}`)
})
