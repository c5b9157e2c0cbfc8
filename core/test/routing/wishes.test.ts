import t from 'tap'
import type { AliasDefaults } from '../../src/contract/index.ts'
import type { GenerateRequest, IrRequest, Reasoning } from '../../src/ir/index.ts'
import { asThinking, withDefaults } from '../../src/routing/index.ts'

function request(more: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    op: 'generate',
    model: 'owl',
    messages: [],
    tools: [],
    sampling: {},
    output: {},
    reply: { stream: false },
    ingress: { format: 'tiny' },
    ...more
  }
}

const asked = (request: IrRequest): Reasoning | undefined => (request.op === 'generate' ? request.reasoning : undefined)
const ALL: AliasDefaults = { temperature: 0.3, maxOutputTokens: 100, effort: 'high', strategy: 'cheapest' }

t.test('the defaults of an alias fill what the client left open, and nothing else', async t => {
  t.match(withDefaults(request(), ALL), {
    sampling: { temperature: 0.3 },
    output: { maxTokens: 100 },
    routing: { strategy: 'cheapest' },
    reasoning: { mode: 'on', effort: 'high', source: 'effort' }
  })
  const said = request({
    sampling: { temperature: 0, topP: 0.5 },
    output: { maxTokens: 7, stop: ['x'] },
    routing: { strategy: 'fastest', fallbacks: ['a/b'] },
    reasoning: { mode: 'on', expose: 'full', effort: 'low', source: 'effort' }
  })
  t.same(withDefaults(said, ALL), said)
  t.same(withDefaults(request({ sampling: { topP: 0.5 } }), { temperature: 1 }), {
    ...request(),
    sampling: { topP: 0.5, temperature: 1 }
  })
  t.same(withDefaults(request(), {}), request())
})

t.test('a client that says anything about how much to think is not spoken over', async t => {
  const off = request({ reasoning: { mode: 'off', expose: 'default', source: 'effort' } })
  t.same(asked(withDefaults(off, ALL)), off.reasoning)
  const budget = request({ reasoning: { mode: 'default', expose: 'default', budgetTokens: 10, source: 'budget' } })
  t.same(asked(withDefaults(budget, ALL)), budget.reasoning)
  const only = request({ reasoning: { mode: 'default', expose: 'full', source: 'effort' } })
  t.match(
    asked(withDefaults(only, ALL)),
    { mode: 'on', effort: 'high', expose: 'full' },
    'what is to be seen is another thing'
  )
})

t.test('an effort of `none` turns reasoning off, unless the name asks for it', async t => {
  const none: AliasDefaults = { effort: 'none', temperature: 1 }
  t.match(asked(withDefaults(request(), none)), { mode: 'off', effort: 'none' })
  const thinking = withDefaults(request(), none, true)
  t.equal(asked(thinking), undefined)
  t.match(thinking, { sampling: { temperature: 1 } })
  t.match(asked(asThinking(thinking, 'owl-thinking', true)), { mode: 'on' })
})

t.test('a name that asks for thoughts turns them on, and what the client says of them goes before', async t => {
  t.same(asked(asThinking(request(), 'owl-thinking', true)), { mode: 'on', expose: 'summary', source: 'suffix' })
  t.same(asked(asThinking(request(), 'owl-thinking', false)), { mode: 'on', expose: 'default', source: 'suffix' })
  const low = request({ reasoning: { mode: 'on', effort: 'low', expose: 'none', source: 'effort' } })
  t.same(asked(asThinking(low, 'owl-thinking', true)), low.reasoning)
})

t.test('a name that asks for thoughts and a request that turns them off are one too many', async t => {
  const cases: Reasoning[] = [
    { mode: 'off', expose: 'default', source: 'effort' },
    { mode: 'on', effort: 'none', expose: 'default', source: 'effort' },
    { mode: 'on', budgetTokens: 0, expose: 'default', source: 'budget' }
  ]
  for (const reasoning of cases) {
    t.throws(() => asThinking(request({ reasoning }), `owl-thinking${'x'.repeat(500)}`, true), {
      kind: 'invalid_request',
      code: 'ISTHMUS_MODEL_REASONING_OFF',
      message: /asks for thinking, and the request turns it off/
    })
  }
})

t.test('operations without reasoning are left as they are', async t => {
  const embed = { op: 'embed', model: 'vec', inputs: ['x'] } as unknown as IrRequest
  t.equal(withDefaults(embed, ALL), embed)
  t.equal(asThinking(embed, 'vec-thinking', true), embed)
})
