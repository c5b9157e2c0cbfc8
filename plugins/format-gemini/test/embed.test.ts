import { readdirSync, readFileSync } from 'node:fs'
import type { EmbedReply, EmbedRequest } from '@isthmus/core'
import { decodeAll, replyOptions, requestHead, resultCases } from '@isthmus/core/testing'
import { base64Of, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { geminiBatchEmbed, geminiEmbed } from '../src/index.ts'

const target = { provider: 'p', model: 'gemini-embedding-x' }
const ok = { status: 200, headers: { 'content-type': 'application/json' } }
const head = (verb: string) => ({ params: { '*': `gemini-embedding-x:${verb}` } })
const single = head('embedContent')
const batch = head('batchEmbedContents')
const model = 'models/gemini-embedding-x'
const content = (text: string) => ({ role: 'user', parts: [{ text }] })
const usageMetadata = { promptTokenCount: 4, totalTokenCount: 4 }

for (const { name, run } of resultCases(geminiEmbed, {
  exchanges: [
    {
      name: 'a text with all that is said of it',
      request: {
        content: content('Deep.'),
        taskType: 'RETRIEVAL_DOCUMENT',
        title: 'The sea',
        outputDimensionality: 2,
        autoTruncate: false
      },
      head: single,
      reply: { embedding: { values: [0.5, -0.25], statistics: { tokenCount: 1 } }, usageMetadata, extra: 1 }
    },
    {
      name: 'a text and a picture in one vector',
      request: { content: { parts: [{ text: 'A sea' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] } },
      head: single,
      reply: { embedding: { values: [1] } }
    },
    {
      name: 'a text of blanks',
      request: { content: { parts: [{ text: ' ' }, { text: '\n' }] } },
      head: single,
      reply: { embedding: { values: [1] } }
    }
  ]
})) {
  t.test(`embedContent: ${name}`, async () => run())
}

for (const { name, run } of resultCases(geminiBatchEmbed, {
  exchanges: [
    {
      name: 'two texts',
      request: {
        requests: [
          { model, content: content('one'), taskType: 'CLUSTERING' },
          { model, content: content('two'), taskType: 'CLUSTERING' }
        ]
      },
      head: batch,
      reply: { embeddings: [{ values: [1] }, { values: [2] }], usageMetadata }
    },
    {
      name: 'documents with titles, and one without',
      request: {
        requests: [
          { model, content: content('one'), title: 'First' },
          { model, content: content('two') },
          { model, content: content('three'), title: 'Third' }
        ],
        flag: true
      },
      head: batch,
      reply: { embeddings: [{ values: [1] }, { values: [2] }, { values: [3], shape: [1] }] }
    }
  ]
})) {
  t.test(`batchEmbedContents: ${name}`, async () => run())
}

const batched = (body: unknown) => geminiBatchEmbed.request.decode(body, requestHead(batch))

t.test('one plain text is a string to other formats; settings are read once', async t => {
  const requests = [
    { model, content: content('one'), task_type: 'CLUSTERING', output_dimensionality: 3 },
    { content: { parts: { text: 'two' } }, taskType: 'CLUSTERING', outputDimensionality: 3, model }
  ]
  const request = batched({ requests })
  t.match(request, { op: 'embed', model: 'gemini-embedding-x', inputs: ['one', 'two'], dimensions: 3 })
  t.equal(request.task, 'CLUSTERING')
  t.equal(request.ext, undefined)
})

t.test('requests of a batch that differ in more than their texts are refused with the path', async t => {
  const two = (first: JsonObject, second: JsonObject) => () =>
    batched({
      requests: [
        { content: content('a'), ...first },
        { content: content('b'), ...second }
      ]
    })
  const refusal = (path: string) => ({ path, code: 'ISTHMUS_REQUEST_INVALID' })
  t.throws(two({ taskType: 'CLUSTERING' }, {}), refusal('requests[1].taskType'))
  t.throws(two({}, { outputDimensionality: 5 }), refusal('requests[1].outputDimensionality'))
  t.throws(two({}, { model: 'models/other' }), refusal('requests[1].model'))
  t.throws(two({}, { autoTruncate: true }), refusal('requests[1].autoTruncate'))
})

t.test('what cannot be embedded is refused with the path', async t => {
  const one = (part: unknown) => () => batched({ requests: [{ content: { parts: [part] } }] })
  const refusal = { path: 'requests[0].content.parts[0]', code: 'ISTHMUS_REQUEST_INVALID' }
  t.throws(one({ functionCall: { name: 'f', args: {} } }), refusal)
  t.throws(one({ text: 'hm', thought: true }), refusal)
  t.throws(one({ unheardOf: 1 }), refusal)
  t.throws(() => batched({ requests: [] }), { code: 'ISTHMUS_REQUEST_INVALID', path: 'requests' })
  t.throws(() => batched({ requests: [{ content: { parts: [] } }] }), {
    code: 'ISTHMUS_REQUEST_INVALID',
    path: 'requests[0].content.parts'
  })
  t.throws(() => batched({ requests: [{ content: 'text' }] }), {
    code: 'ISTHMUS_REQUEST_INVALID',
    path: 'requests[0].content'
  })
})

const foreign = (changes: Partial<EmbedRequest>): EmbedRequest => ({
  op: 'embed',
  model: 'm',
  inputs: ['one', 'two'],
  ingress: { format: 'embeddings' },
  ...changes
})

t.test('a request of another format is a batch, and what it cannot say is refused', async t => {
  const { body, gaps } = geminiBatchEmbed.request.encode(
    foreign({ dimensions: 7, ext: { embeddings: { truncate: 'END' } } }),
    target
  )
  t.same(body, {
    requests: [
      { model, content: { parts: [{ text: 'one' }] }, outputDimensionality: 7 },
      { model, content: { parts: [{ text: 'two' }] }, outputDimensionality: 7 }
    ]
  })
  t.match(gaps, [{ feature: 'ext', action: 'dropped', field: 'truncate' }])
  t.throws(() => geminiBatchEmbed.request.encode(foreign({ inputs: [[1, 2]] }), target), {
    code: 'FORMAT_GEMINI_UNSUPPORTED'
  })
  t.throws(() => geminiEmbed.request.encode(foreign({}), target), { code: 'FORMAT_GEMINI_UNSUPPORTED' })
})

function replied(request: EmbedRequest, body: unknown, traits: { readonly unitLength?: boolean } = {}) {
  const { context } = geminiBatchEmbed.request.encode(request, { ...target, traits })
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const [event] = decodeAll(geminiBatchEmbed.response.decoder(ok, target, context), [bytes])
  return event
}

t.test('shortened vectors are scaled for clients whose services send none that are not of length one', async t => {
  const body = { embeddings: [{ values: [3, 4] }, { values: [0, 0] }] }
  const shortened = foreign({ dimensions: 2 })
  const traits = { unitLength: false }
  const vectors = (event: ReturnType<typeof replied>) =>
    event?.type === 'result' && event.reply.op === 'embed' ? event.reply.vectors : undefined
  t.same(vectors(replied(shortened, body, traits)), [
    [0.6, 0.8],
    [0, 0]
  ])
  const asTheyCame = body.embeddings.map(({ values }) => values)
  t.same(vectors(replied(shortened, body)), asTheyCame)
  t.same(vectors(replied(foreign({}), body, traits)), asTheyCame)
  t.same(vectors(replied({ ...shortened, ingress: { format: 'gemini' } }, body, traits)), asTheyCame)
})

t.test('a reply that is no answer to the request is an error', async t => {
  const wrong = [
    { embeddings: [{ values: [1] }] },
    { embeddings: [{ values: [1] }, { values: [] }] },
    { embeddings: [{ values: [1] }, null] },
    { embeddings: [] },
    {}
  ]
  for (const body of wrong) {
    t.match(replied(foreign({}), body), { type: 'error', error: { kind: 'upstream_protocol' } }, JSON.stringify(body))
  }
  t.match(replied(foreign({}), { error: { code: 503, message: 'later' } }), {
    type: 'error',
    error: { kind: 'upstream_overloaded' }
  })
})

t.test('vectors and counters of another service are written in this format', async t => {
  const reply: EmbedReply = {
    op: 'embed',
    model: 'other',
    vectors: [base64Of([0.5, -2]), [1]],
    usage: { input: { fresh: 9 }, output: {} }
  }
  t.same(geminiBatchEmbed.response.encode(reply, foreign({}), replyOptions()), {
    embeddings: [{ values: [0.5, -2] }, { values: [1] }],
    usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 }
  })
  const broken = { ...reply, vectors: ['AAA'] }
  t.throws(() => geminiEmbed.response.encode(broken, foreign({}), replyOptions()), { code: 'FORMAT_GEMINI_VECTOR' })
})

interface Recording {
  readonly id: string
  readonly request: { readonly path: string; readonly body: unknown }
  readonly response: { readonly body: unknown }
}

const folder = new URL('../../../../shared/recordings/embeddings/', import.meta.url)

function recordings(): readonly Recording[] {
  try {
    return readdirSync(folder)
      .map(name => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recording)
      .filter(({ request }) => /mbedContents?\b/.test(request?.path ?? ''))
  } catch {
    return []
  }
}

t.test('recorded exchanges come back as they went', async t => {
  const found = recordings()
  if (found.length === 0) return t.pass('there are no recordings beside the repository')
  for (const { id, request, response } of found) {
    const format = request.path.includes(':batch') ? geminiBatchEmbed : geminiEmbed
    const own = requestHead({ params: { '*': request.path.replace(/^.*\/models\//, '') } })
    const decoded = format.request.decode(request.body, own)
    const { body, context } = format.request.encode(decoded, { ...target, model: decoded.model })
    t.same(body, request.body, id)
    const bytes = new TextEncoder().encode(JSON.stringify(response.body))
    const [event] = decodeAll(format.response.decoder(ok, target, context), [bytes])
    if (event?.type !== 'result' || event.reply.op !== 'embed') return t.fail(`${id} has no vectors`)
    t.same(format.response.encode(event.reply, decoded, replyOptions()), response.body, id)
  }
})
