import t from 'tap'
import type { Offer } from '../../src/catalog/index.ts'
import type { Endpoint, Way } from '../../src/contract/index.ts'
import {
  type CompleteRequest,
  type CountRequest,
  type EmbedRequest,
  type Feature,
  featureTable,
  type GapPolicy,
  type GenerateRequest,
  type IrRequest,
  type Operation,
  type Verdict
} from '../../src/ir/index.ts'
import { GapRules, plan, requestFor } from '../../src/routing/index.ts'

const rules = new GapRules({})
const ingress = { format: 'mine' }
const reply = { stream: false }
const generate: GenerateRequest = {
  op: 'generate',
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: { topK: 3, seed: 7 },
  output: {},
  reply,
  ingress
}
const complete: CompleteRequest = {
  op: 'complete',
  model: 'm',
  prompts: ['Once'],
  sampling: {},
  output: {},
  reply,
  ingress
}
const embed: EmbedRequest = { op: 'embed', model: 'm', inputs: ['a'], ingress }
const count: CountRequest = { op: 'count_tokens', model: 'm', input: generate, ingress }

type Verdicts = Partial<Record<Feature, Verdict>>
const SAMPLING: Verdicts = { 'sampling.top_k': 'exact', 'sampling.seed': 'exact' }
const way = (format: string, operation: Operation = 'generate', verdicts: Verdicts = SAMPLING): Way => {
  const never = () => {
    throw new Error('a plan asks nobody')
  }
  const features = featureTable(verdicts)
  return { endpoint: { format, operation, features, encode: never, decoder: never, decodeError: never }, features }
}
const offer = (...ways: readonly Way[]): Offer => ({ provider: 'up', model: 'm', ways })
const planned = (request: IrRequest, ways: readonly Way[], caller?: GapPolicy) => {
  const [candidate] = plan(request, [offer(...ways)], rules, caller).candidates
  return {
    format: candidate?.endpoint.format,
    operation: candidate?.endpoint.operation,
    gaps: candidate?.gaps.map(({ feature, action }) => `${feature}=${action}`),
    sent: candidate && requestFor(candidate, request)
  }
}
const withoutOperation = ({ endpoint, features }: Way): Way => {
  const { operation: _operation, ...rest } = endpoint
  return { endpoint: rest as Endpoint, features }
}

t.test('of the endpoints of an operation the one that loses least is asked', async t => {
  const least = planned(generate, [
    way('a', 'generate', {}),
    way('b', 'generate', { 'sampling.top_k': 'exact' }),
    way('c')
  ])
  t.match(least, { format: 'c', gaps: [] })
  t.match(planned(generate, [way('a', 'generate', {}), way('b', 'generate', { 'sampling.seed': 'exact' })]), {
    format: 'b',
    gaps: ['sampling.top_k=dropped']
  })
})

t.test("of those that lose the same, the one in the client's format is asked, then the first", async t => {
  t.equal(planned(generate, [way('a'), way('mine'), way('b')]).format, 'mine')
  t.equal(planned(generate, [way('a'), way('b')]).format, 'a')
  t.equal(planned(generate, [way('mine', 'generate', {}), way('b')]).format, 'b', 'a loss weighs more than a format')
  t.equal(planned(generate, [withoutOperation(way('a')), way('b')]).format, 'a', 'no operation is a conversation')
})

t.test('an endpoint that lacks the meaning of a request is not asked, and another one is', async t => {
  const stops = { ...generate, output: { stop: ['.'] } }
  const able = way('b', 'generate', { 'output.stop': 'exact' })
  t.match(planned(stops, [way('mine'), able]), { format: 'b' })
  t.throws(() => planned(stops, [way('mine')]), {
    code: 'ISTHMUS_PLAN_NO_CANDIDATE',
    clientCode: 'unsupported_parameter',
    param: 'output.stop'
  })
})

t.test('an endpoint of another operation is never asked', async t => {
  t.equal(planned(embed, [way('mine'), way('vectors', 'embed', {})]).format, 'vectors')
  for (const request of [generate, embed]) {
    t.throws(() => planned(request, [way('text', 'complete'), way('count', 'count_tokens')]), {
      code: 'ISTHMUS_PLAN_NO_CANDIDATE',
      kind: 'unsupported',
      statusCode: 400,
      clientCode: 'unsupported_operation',
      message: new RegExp(`up/m lacks an endpoint for ${request.op === 'embed' ? 'embeddings' : 'conversations'}`)
    })
  }
})

t.test('a text completion is asked of its own endpoint, even where a conversation would lose less', async t => {
  const own = way('text', 'complete', { 'complete.prompt': 'exact' })
  const request: CompleteRequest = { ...complete, sampling: generate.sampling, bestOf: 2 }
  t.match(planned(request, [way('chat'), own]), { format: 'text', sent: request })
  t.equal(planned(request, [way('chat'), own]).gaps?.length, 3)
})

t.test('without one of its own it becomes a conversation of one turn, and that is reported', async t => {
  const request: CompleteRequest = {
    ...complete,
    sampling: { seed: 7 },
    bestOf: 2,
    identity: { endUser: 'someone' },
    ext: { mine: { odd: 1 } }
  }
  const { gaps, sent, format } = planned(request, [way('chat', 'generate', { ...SAMPLING, ext: 'exact' })])
  t.equal(format, 'chat')
  t.same(gaps?.sort(), ['complete.best_of=dropped', 'complete.prompt=emulated', 'identity.user=dropped'])
  t.same(sent, {
    op: 'generate',
    model: 'm',
    messages: [{ role: 'user', parts: [{ type: 'text', text: 'Once' }] }],
    tools: [],
    sampling: { seed: 7 },
    output: {},
    reply,
    identity: { endUser: 'someone' },
    ingress,
    ext: { mine: { odd: 1 } }
  })
  t.throws(() => planned(complete, [way('chat')], 'reject'), {
    code: 'ISTHMUS_PLAN_NO_CANDIDATE',
    param: 'complete.prompt'
  })
})

t.test('what a conversation cannot say of a completion is refused by name', async t => {
  const refused: readonly (readonly [Partial<CompleteRequest>, Feature])[] = [
    [{ prompts: ['a', 'b'] }, 'complete.prompts'],
    [{ prompts: [[1, 2]] }, 'complete.tokens'],
    [{ suffix: 'the end' }, 'complete.suffix'],
    [{ echo: true }, 'complete.echo']
  ]
  for (const [change, feature] of refused) {
    t.throws(
      () => planned({ ...complete, ...change }, [way('chat')]),
      { clientCode: 'unsupported_parameter', param: feature, message: new RegExp(feature.replace('.', '\\.')) },
      feature
    )
    const able = way('text', 'complete', { 'complete.prompt': 'exact', [feature]: 'exact' })
    t.equal(planned({ ...complete, ...change }, [way('chat'), able]).format, 'text', feature)
  }
})

t.test('a prompt that says nothing is no turn', async t => {
  for (const prompts of [[], ['']]) {
    t.throws(() => planned({ ...complete, prompts }, [way('chat')]), {
      code: 'ISTHMUS_PLAN_NO_CANDIDATE',
      clientCode: 'unsupported_operation'
    })
    const own = way('text', 'complete', { 'complete.prompt': 'exact' })
    t.equal(planned({ ...complete, prompts }, [own]).format, 'text')
  }
})

t.test('tokens are counted by whoever counts them, and else estimated', async t => {
  t.match(planned(count, [way('mine'), way('count', 'count_tokens', {})]), { format: 'count', gaps: [] })
  t.match(planned(count, [way('mine')]), { format: 'estimate', operation: 'count_tokens', gaps: [] })
  const image = { type: 'image', source: { kind: 'url', url: 'https://images.example/a.png' } } as const
  const input = { ...generate, messages: [{ role: 'user', parts: [image] } as const] }
  t.equal(
    planned({ ...count, input }, [way('count', 'count_tokens', {})]).format,
    'estimate',
    'not by one that cannot see'
  )
})

t.test('a block that only its own format understands goes to no endpoint of another', async t => {
  const block = { type: 'opaque', native: { format: 'mine', object: {} }, replay: 'same_dialect' } as const
  const request: GenerateRequest = { ...generate, messages: [{ role: 'user', parts: [block] }] }
  const verdicts: Verdicts = { ...SAMPLING, 'input.opaque': 'exact' }
  t.equal(planned(request, [way('theirs', 'generate', verdicts), way('mine', 'generate', verdicts)]).format, 'mine')
  t.throws(() => planned(request, [way('theirs', 'generate', verdicts)]), { message: /lacks input\.opaque/ })
  const told = planned(request, [way('theirs', 'generate', verdicts)], 'report')
  t.same(told.gaps, ['input.opaque=dropped'])
})
