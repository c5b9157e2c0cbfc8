import { type CompleteRequest, type EmbedRequest, fold, type IrRequest } from '@isthmus/core'
import t from 'tap'
import { endpointAt, up } from './support/send.ts'

const ingress = { format: 'completions' }
const complete: CompleteRequest = {
  op: 'complete',
  model: '',
  prompts: ['Once'],
  sampling: { temperature: 0.5, topP: 0.25, seed: 3 },
  output: { maxTokens: 5, stop: ['.'] },
  reply: { stream: false },
  ingress
}
const embed: EmbedRequest = { op: 'embed', model: '', inputs: ['hi'], ingress: { format: 'kit' } }

async function sent(path: string, request: IrRequest, options: Record<string, unknown> = {}, model = 'vendor/model') {
  const { body, gaps, headers } = endpointAt(await up(options), path).encode(request, { provider: 'openrouter', model })
  return { body: JSON.parse(body as string), gaps: gaps ?? [], headers }
}
const COMPLETIONS = '/v1/completions'
const EMBEDDINGS = '/v1/embeddings'

t.test('a text completion goes through as it is, whole and streamed', async t => {
  const { body, gaps, headers } = await sent(COMPLETIONS, complete, { title: 'Ship' }, 'auto')
  t.strictSame(body, {
    model: 'openrouter/auto',
    prompt: 'Once',
    max_tokens: 5,
    stop: ['.'],
    temperature: 0.5,
    top_p: 0.25,
    seed: 3
  })
  t.strictSame(gaps, [])
  t.match(headers, { 'x-openrouter-title': 'Ship' })
  const endpoint = endpointAt(await up(), COMPLETIONS)
  const read = (type: string, text: string) => {
    const head = { status: 200, headers: { 'content-type': type } }
    const decoder = endpoint.decoder({ provider: 'openrouter', model: 'vendor/model' }, head, undefined)
    return fold([...decoder.push(new TextEncoder().encode(text)), ...decoder.end()])
  }
  const head = { id: 'gen-1', object: 'text_completion', created: 1, model: 'vendor/model', provider: 'Vendor' }
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.01 }
  const whole = { ...head, choices: [{ index: 0, text: ' upon', reasoning: 'Hm.', finish_reason: 'stop' }], usage }
  const expected = {
    id: 'gen-1',
    choices: [{ finish: { reason: 'stop' } }],
    usage: { input: { fresh: 1 }, output: { total: 2 }, cost: { amount: 0.01 } }
  }
  const reply = read('application/json', JSON.stringify(whole))
  t.match(reply, expected)
  t.match(reply.choices[0]?.parts, [
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text: ' upon' }
  ])
  const chunks = [
    { ...head, choices: [{ index: 0, text: ' up', finish_reason: null }] },
    { ...head, choices: [{ index: 0, text: 'on', finish_reason: 'stop' }], usage }
  ]
  const frames = chunks.map(chunk => `data: ${JSON.stringify(chunk)}\n\n`).join(': OPENROUTER PROCESSING\n\n')
  const streamed = read('text/event-stream', `${frames}data: [DONE]\n\n`)
  t.match(streamed, expected)
  t.match(streamed.choices[0]?.parts, [{ type: 'text', text: ' upon' }])
})

t.test('vectors are asked for with images and with what they are for', async t => {
  const image = { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } } as const
  const inputs = [[{ type: 'text', text: 'A cat' } as const, image]]
  const { body, gaps } = await sent(EMBEDDINGS, { ...embed, inputs, dimensions: 8, task: 'RETRIEVAL_QUERY' })
  t.match(body, {
    model: 'vendor/model',
    input: [{ content: [{ type: 'text', text: 'A cat' }, { type: 'image_url' }] }],
    dimensions: 8,
    input_type: 'search_query'
  })
  t.strictSame(gaps, [])
  const odd = await sent(EMBEDDINGS, { ...embed, task: 'FACT_VERIFICATION', title: 'Cats' })
  t.notOk('input_type' in odd.body)
  t.strictSame(
    odd.gaps.map(({ field }) => field),
    ['task', 'title']
  )
  const own = { ...embed, ingress: { format: 'embeddings' }, ext: { embeddings: { input_type: 'classification' } } }
  t.equal((await sent(EMBEDDINGS, { ...own, task: 'CLUSTERING' })).body.input_type, 'classification')
})

t.test('a user id that is too long is left out of every operation', async t => {
  const identity = { endUser: 'u'.repeat(65) }
  for (const [path, request] of [
    [COMPLETIONS, complete],
    [EMBEDDINGS, embed]
  ] as const) {
    const { body, gaps } = await sent(path, { ...request, identity })
    t.notOk('user' in body)
    t.match(gaps, [{ feature: 'identity.user', action: 'dropped' }])
    t.match((await sent(path, { ...request, identity }, { userOverflow: 'hash' })).body.user, /^.{1,64}$/)
  }
})

t.test('a model whose name says that it makes vectors does nothing else', async t => {
  const provider = await up()
  const serving = (model: string) =>
    [provider, ...(provider.endpoints ?? [])]
      .filter(endpoint => endpoint.serves?.(model) ?? true)
      .map(({ operation, format }) => `${operation} ${format}`)
  for (const model of [
    'openai/text-embedding-3-small',
    'qwen/qwen3-embedding-8b',
    'baai/bge-m3',
    'thenlper/gte-base'
  ]) {
    t.strictSame(serving(model), ['embed embeddings'], model)
  }
  t.strictSame(serving('anthropic/claude-haiku-4.5'), [
    'generate chat-completions',
    'generate responses',
    'complete completions',
    'embed embeddings'
  ])
})
