import t from 'tap'
import type { Offer } from '../../src/catalog/index.ts'
import { providerFrom } from '../../src/contract/index.ts'
import { FEATURES, type Feature, type GapPolicy, type GenerateRequest, type Verdict } from '../../src/ir/index.ts'
import { callerPolicy, GapRules, plan } from '../../src/routing/index.ts'
import { tiny } from '../pipeline/support/tiny-format.ts'

const rules = new GapRules({})
const request: GenerateRequest = {
  op: 'generate',
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: { topK: 3 },
  output: { stop: ['.'] },
  reply: { stream: false },
  ingress: { format: 'tiny' }
}
const candidate = (provider: string, changes: Partial<Record<Feature, Verdict>> = {}): Offer => {
  const endpoint = providerFrom(tiny(changes), { path: '/m' })
  return { provider, model: 'm', ways: [{ endpoint, features: endpoint.features }] }
}

/** Each line: class of the feature, verdict, policy, and what comes of it. */
const LINES: readonly [Feature, Verdict, GapPolicy | undefined, string][] = [
  ['output.stop', 'exact', 'reject', 'carried'],
  ['output.stop', 'converted', 'reject', 'carried'],
  ['output.stop', 'emulated', undefined, 'emulated'],
  ['output.stop', 'emulated', 'emulate', 'emulated'],
  ['output.stop', 'emulated', 'report', 'emulated'],
  ['output.stop', 'emulated', 'reject', 'refuse'],
  ['output.stop', 'dropped', undefined, 'refuse'],
  ['output.stop', 'rejected', undefined, 'refuse'],
  ['output.stop', 'rejected', 'emulate', 'refuse'],
  ['output.stop', 'rejected', 'report', 'dropped'],
  ['sampling.top_k', 'dropped', undefined, 'dropped'],
  ['sampling.top_k', 'dropped', 'emulate', 'dropped'],
  ['sampling.top_k', 'dropped', 'reject', 'refuse'],
  ['sampling.top_k', 'rejected', undefined, 'refuse']
]

t.test('the class of a feature, the verdict of the format and the policy decide together', async t => {
  for (const [feature, verdict, policy, expected] of LINES) {
    const judged = rules.judge(feature, verdict, policy)
    const got = judged === undefined ? 'carried' : judged === 'refuse' ? 'refuse' : judged.action
    t.equal(got, expected, `${FEATURES[feature].class} ${verdict} ${policy ?? 'by default'}: ${expected}`)
  }
})

t.test("the caller's word goes before the config's", async t => {
  const configured = new GapRules({ 'output.stop': 'reject' })
  t.equal(configured.policy('output.stop', 'report'), 'report')
  t.equal(configured.policy('output.stop', undefined), 'reject')
  t.equal(configured.policy('sampling.seed', undefined), undefined)
})

t.test('a plan keeps the order, sets aside with a reason and carries the gaps of each candidate', async t => {
  const made = plan(
    request,
    [candidate('a', { 'output.stop': 'rejected' }), candidate('b', { 'sampling.top_k': 'dropped' }), candidate('c')],
    rules,
    undefined
  )
  t.same(
    made.candidates.map(({ provider, gaps }) => [provider, gaps.map(gap => gap.feature)]),
    [
      ['b', ['sampling.top_k']],
      ['c', []]
    ]
  )
  t.match(made.setAside, [{ target: { provider: 'a', model: 'm' }, reason: 'output.stop (Stop sequences)' }])
})

t.test('with nobody left, the error names the model, the candidates and the features', async t => {
  const lacking = { 'output.stop': 'rejected', 'sampling.top_k': 'rejected' } as const
  t.throws(() => plan(request, [candidate('a', lacking), candidate('b', lacking)], rules, undefined), {
    code: 'ISTHMUS_PLAN_NO_CANDIDATE',
    message: /'m': a\/m lacks output\.stop \(.*\), sampling\.top_k \(.*\); b\/m lacks/
  })
})

t.test('x-isthmus-gaps takes its three words and nothing else', async t => {
  t.equal(callerPolicy(undefined), undefined)
  t.equal(callerPolicy(''), undefined)
  for (const word of ['reject', 'report', 'emulate'] as const) t.equal(callerPolicy(word), word)
  t.throws(() => callerPolicy('Reject'), { code: 'ISTHMUS_PLAN_GAP_POLICY' })
})
