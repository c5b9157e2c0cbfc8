import { type CompleteRequest, featuresOf } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import t from 'tap'
import { type CompletionsTraits, completions, completionsFeatures } from '../src/index.ts'

const decode = (body: object, headers: Record<string, string> = {}): CompleteRequest =>
  completions.request.decode({ model: 'm', ...body }, requestHead({ headers }))
const encode = (request: CompleteRequest, traits?: CompletionsTraits) =>
  completions.request.encode(request, { provider: 'up', model: 'sent', ...(traits && { traits }) })

t.test('a prompt is text, token ids, a list of either, or nothing', async t => {
  t.same(decode({ prompt: 'a' }).prompts, ['a'])
  t.same(decode({ prompt: ['a', 'b'] }).prompts, ['a', 'b'])
  t.same(decode({ prompt: [1, 2] }).prompts, [[1, 2]])
  t.same(decode({ prompt: [[1], [2, 3]] }).prompts, [[1], [2, 3]])
  t.same(decode({ prompt: ['a', [1]] }).prompts, ['a', [1]])
  t.same(decode({ prompt: '' }).prompts, [''])
  t.same(decode({ prompt: null }).prompts, [])
  t.equal(encode(decode({ prompt: null })).body.prompt, null)
})

t.test('what is wrong is told with its path', async t => {
  const wrong: readonly (readonly [object, string, RegExp])[] = [
    [{}, 'prompt', /got nothing/],
    [{ prompt: {} }, 'prompt', /expected a string, token ids, or a list of either, got an object/],
    [{ prompt: [] }, 'prompt', /at least one prompt, got an empty array/],
    [{ prompt: [[]] }, 'prompt[0]', /token ids, got an empty array/],
    [{ prompt: ['a', 1] }, 'prompt[1]', /a string or token ids, got 1/],
    [{ prompt: [1, 'a'] }, 'prompt[1]', /a token id, got "a"/],
    [{ prompt: [1, 2.5] }, 'prompt[1]', /a token id, got 2.5/],
    [{ prompt: ['a', [1, -1]] }, 'prompt[1][1]', /a token id, got -1/],
    [{ prompt: 'a', logprobs: true }, 'logprobs', /an integer or null, got true/],
    [{ prompt: 'a', best_of: 0 }, 'best_of', /at least 1/],
    [{ prompt: 'a', max_tokens: -1 }, 'max_tokens', /at least 0/],
    [{ prompt: 'a', stop: [1] }, 'stop[0]', /a string, got 1/],
    [{ prompt: 'a', stream_options: { include_usage: 1 } }, 'stream_options.include_usage', /got 1/]
  ]
  for (const [body, path, message] of wrong) {
    t.throws(() => decode(body), { code: 'ISTHMUS_REQUEST_INVALID', kind: 'invalid_request', path, message }, path)
  }
})

t.test('every member has its place, and what nobody knows is kept', async t => {
  const body = {
    prompt: 'Once',
    suffix: 'the end',
    echo: true,
    best_of: 3,
    n: 2,
    logprobs: 5,
    max_tokens: 16,
    stop: ['\n'],
    temperature: 0.5,
    top_p: 0.25,
    top_k: 40,
    min_p: 0.1,
    top_a: 0.2,
    seed: 7,
    frequency_penalty: 1,
    presence_penalty: -1,
    repetition_penalty: 1.1,
    logit_bias: { '50256': -100 },
    user: 'someone',
    stream: true,
    stream_options: { include_usage: true, include_obfuscation: false, every: 2 },
    use_beam_search: true
  }
  const request = decode(body)
  t.match(request, {
    op: 'complete',
    prompts: ['Once'],
    suffix: 'the end',
    echo: true,
    bestOf: 3,
    output: { n: 2, logprobs: { top: 5 }, maxTokens: 16, stop: ['\n'] },
    identity: { endUser: 'someone' },
    reply: { stream: true, includeUsage: true, obfuscation: false },
    ingress: { format: 'completions' },
    ext: { completions: { use_beam_search: true, stream_options: { every: 2 } } }
  })
  t.same(encode(request), { body: { model: 'sent', ...body }, gaps: [] })
  const features = [
    'complete.suffix',
    'complete.echo',
    'complete.best_of',
    'output.logprobs',
    'sampling.logit_bias',
    'ext'
  ]
  for (const feature of features)
    t.ok(
      [...featuresOf(request)].some(found => found === feature),
      feature
    )
})

t.test('what says nothing is not a wish', async t => {
  const nothing = { suffix: '', stop: [], logit_bias: {}, echo: null, best_of: null, logprobs: null, stream: false }
  const request = decode({ prompt: 'a', ...nothing })
  t.same([...featuresOf(request)], ['complete.prompt'])
  t.same(encode(request).body, { model: 'sent', prompt: 'a' })
  t.same(encode(decode({ prompt: ['a'], stop: '.' })).body, { model: 'sent', prompt: 'a', stop: ['.'] })
})

t.test('a stream is asked for its usage, unless the server refuses that', async t => {
  const request = decode({ prompt: 'a', stream: true })
  t.same(encode(request).body.stream_options, { include_usage: true })
  t.equal(request.reply.includeUsage, undefined)
  t.notOk('stream_options' in encode(request, { streamUsage: false }).body)
})

t.test('what a model lacks is told to the kernel, and not sent', async t => {
  const lacks = ['complete.suffix', 'complete.tokens', 'complete.prompts', 'sampling.seed', 'output.logprobs'] as const
  t.same(completionsFeatures({ lacks }), {
    'complete.suffix': 'rejected',
    'complete.tokens': 'rejected',
    'complete.prompts': 'rejected',
    'sampling.seed': 'dropped',
    'output.logprobs': 'rejected'
  })
  const request = decode({ prompt: [[1], 'a', 'b'], suffix: 'x', seed: 1, logprobs: 1, top_p: 1 })
  t.same(encode(request, { lacks }).body, { model: 'sent', prompt: 'a', top_p: 1 })
})

t.test('members of another format are not written, and that is said', async t => {
  const request = { ...decode({ prompt: 'a' }), ext: { other: { x: 1 } } }
  t.same(encode(request), {
    body: { model: 'sent', prompt: 'a' },
    gaps: [{ feature: 'ext', action: 'dropped', field: 'body' }]
  })
})

t.test('headers of the format travel, and no others', async t => {
  const headers = { 'http-referer': 'https://app.example', authorization: 'Bearer x', cookie: 'a=b' }
  t.same(decode({ prompt: 'a' }, headers).ingress.headers, { 'http-referer': 'https://app.example' })
})
