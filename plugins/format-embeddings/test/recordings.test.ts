import { existsSync, readdirSync, readFileSync } from 'node:fs'
import {
  type Allowed,
  decodeInAllChunkings,
  differences,
  replyOptions,
  requestHead,
  unexplained
} from '@isthmus/core/testing'
import { isObject } from '@isthmus/core/wire'
import t from 'tap'
import { embeddings } from '../src/index.ts'

interface Recording {
  readonly id: string
  readonly provider: string
  /** Some were kept without it. */
  readonly request: { readonly path: string; readonly body: Readonly<Record<string, unknown>> } | null
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

const FOLDER = new URL('../../../../shared/recordings/embeddings/', import.meta.url)
const all = (existsSync(FOLDER) ? readdirSync(FOLDER) : [])
  .filter(name => name.endsWith('.json'))
  .map(name => JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')) as Recording)
  // The others are in the format of another API.
  .filter(({ request, provider }) => request?.path.endsWith('/embeddings') ?? provider === 'openai')
if (all.length === 0) t.pass('there are no recordings beside this repository; nothing was compared')

/** Requests that were made to provoke an error: the gateway refuses them itself. */
const REFUSED = all.filter(({ request }) => Number(request?.body.dimensions) < 1)

const REPLY_DIFFERENCES: readonly Allowed[] = [
  { path: /^usage\.(cost|is_byok|cost_details)/, why: 'what it cost is the operator’s affair' }
]

t.test('recorded requests are written back as they were', async t => {
  for (const { id, request } of all) {
    if (request === null) continue
    const refused = REFUSED.some(recording => recording.id === id)
    if (refused) {
      t.throws(() => embeddings.request.decode(request.body, requestHead()), { code: 'ISTHMUS_REQUEST_INVALID' }, id)
      continue
    }
    const decoded = embeddings.request.decode(request.body, requestHead())
    const { body, gaps } = embeddings.request.encode(decoded, { provider: 'recorded', model: decoded.model })
    t.same([body, gaps], [request.body, []], id)
  }
})

/** askedFor is a request that a reply could answer. */
const askedFor = (reply: unknown) => ({
  model: 'm',
  input: isObject(reply) && Array.isArray(reply.data) ? reply.data.map(() => 'a') : ['a']
})

t.test('recorded replies are read, and written back as they were', async t => {
  const used = new Set<Allowed>()
  for (const { id, request, response } of all.filter(recording => recording.response.status === 200)) {
    const asked = embeddings.request.decode(request?.body ?? askedFor(response.body), requestHead())
    const { context } = embeddings.request.encode(asked, { provider: 'recorded', model: asked.model })
    const head = { status: 200, headers: response.headers }
    const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.body)
    const decoder = embeddings.response.decoder(head, { provider: 'recorded', model: asked.model }, context)
    const [event] = [...decoder.push(new TextEncoder().encode(text)), ...decoder.end()]
    if (event?.type !== 'result' || event.reply.op !== 'embed') {
      t.fail(`${id} was not read`)
      continue
    }
    t.ok((event.reply.usage?.input.fresh ?? 0) > 0, `${id} has usage`)
    const written = embeddings.response.encode(event.reply, asked, replyOptions())
    t.same(unexplained(differences(JSON.parse(text), written), REPLY_DIFFERENCES, used), [], id)
  }
  if (all.length > 0) t.equal(used.size, REPLY_DIFFERENCES.length, 'every difference that is allowed occurs')
})

t.test('recorded floats and their base64 are the same vectors', async t => {
  for (const { id, response } of all) {
    if (!isObject(response.body) || !Array.isArray(response.body.data)) continue
    const [first] = response.body.data as { readonly embedding: unknown }[]
    if (!Array.isArray(first?.embedding)) continue
    const vectors = [first.embedding as number[]]
    const reply = { op: 'embed', model: 'm', vectors } as const
    const asked = (encoding_format: string) =>
      embeddings.request.decode({ model: 'm', input: 'a', encoding_format }, requestHead())
    const base64 = embeddings.response.encode(reply, asked('base64'), replyOptions()) as typeof response.body
    const [row] = base64.data as { readonly embedding: string }[]
    const back = embeddings.response.encode({ ...reply, vectors: [row!.embedding] }, asked('float'), replyOptions())
    const [floats] = (back as { readonly data: { readonly embedding: number[] }[] }).data
    t.same(floats?.embedding, vectors[0]?.map(Math.fround), id)
  }
})

t.test('recorded refusals are understood', async t => {
  for (const { id, response } of all.filter(recording => recording.response.status !== 200)) {
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const head = { status: response.status, headers: response.headers }
    const { kind, message } = embeddings.error.decode(head, bytes)
    t.equal(kind, response.status === 404 ? 'not_found' : 'upstream_rejected', id)
    t.match(message, /does not exist|minimum/)
    t.ok(
      decodeInAllChunkings(
        () => embeddings.response.decoder({ ...head, status: 200 }, { provider: 'p', model: 'm' }, undefined),
        bytes
      ).some(event => event.type === 'error')
    )
  }
})
