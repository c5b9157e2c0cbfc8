import t from 'tap'
import { choose, loopOf } from '../../src/catalog/aliases.ts'
import type { Alias, Asked } from '../../src/contract/index.ts'
import { toAlias } from '../../src/contract/index.ts'
import { acme, mall, own, provider, targets, world } from './support/fake-catalog.ts'

const channels = { a: acme(), m: mall() }
const withAliases = (aliases: Record<string, unknown>) => world(channels, { config: { aliases } })

t.test('an alias leads to its targets in order, each model once, and then to its fallbacks', async t => {
  const catalog = withAliases({
    one: 'a/owl-4-5',
    list: ['bolt/ray-1', 'acme/owl-4.5', 'owl-4.5'],
    long: { targets: ['a/wren-1'], fallbacks: ['a/owl-4-5', 'a/wren-1'] }
  })
  t.same(targets(catalog, 'one'), ['a/owl-4-5'])
  t.same(targets(catalog, 'list'), ['m/bolt/ray-1', 'a/owl-4-5', 'm/acme/owl-4.5'])
  t.same(targets(catalog, 'long'), ['a/wren-1', 'a/owl-4-5'])
  t.equal(catalog.resolve('long').alias, 'long')
  t.same(targets(catalog, 'best'), ['a/owl-4-5', 'm/acme/owl-4.5', 'm/bolt/ray-1'], 'those of the data are there too')
  t.same(targets(withAliases({ best: 'a/wren-1' }), 'best'), ['a/wren-1'], 'under those of the config')
  t.same(targets(withAliases({ 'owl-4.5': 'a/wren-1' }), 'owl-4.5'), ['a/wren-1'], 'before a name without a vendor')
  t.same(targets(withAliases({ 'owl-4.5': 'a/wren-1' }), 'acme/owl-4.5'), ['a/owl-4-5', 'm/acme/owl-4.5'])
})

t.test('weights are shares, and the same caller gets the same target', async t => {
  const weighted: Alias = {
    targets: [{ model: 'x', weight: 3 }, { model: 'y', weight: 1 }, 'z'],
    sticky: 'user'
  }
  const first = (asked: Asked) => choose('ab', weighted, asked).targets[0]
  const users = Array.from({ length: 2000 }, (_, at) => `user-${at}`)
  const drawn = users.map(user => first({ user }))
  const share = drawn.filter(model => model === 'x').length / users.length
  t.ok(share > 0.7 && share < 0.8, `${share} of the callers`)
  t.notOk(drawn.includes('z'), 'what has no weight is never drawn')
  t.same(
    users.map(user => first({ user })),
    drawn
  )
  t.notSame(
    users.map(user => choose('cd', weighted, { user }).targets[0]),
    drawn,
    'another alias divides them otherwise'
  )
  t.same(new Set(choose('ab', weighted, { user: 'user-1' }).targets), new Set(['x', 'y', 'z']), 'the others come after')
  t.equal(choose('ab', weighted, { user: 'user-1' }).targets.length, 3)
  const bySession: Alias = { ...weighted, sticky: 'session' }
  t.equal(
    choose('ab', bySession, { session: 's' }).targets[0],
    choose('ab', bySession, { session: 's', user: 'u' }).targets[0]
  )
  t.match(choose('ab', weighted, {}).why, /drawn/, 'who is not known is drawn anew each time')
  const loose = Array.from({ length: 400 }, () => choose('ab', { targets: weighted.targets }, {}).targets[0])
  t.same(new Set(loose), new Set(['x', 'y']))
})

t.test('conditions hold for long inputs and for groups, and nothing is counted that nobody asks for', async t => {
  const alias = toAlias([
    { model: 'm/bolt/ray-1', when: { contextAbove: 1000 } },
    { model: 'a/wren-1', when: { groups: ['staff'] } },
    'a/owl-4-5'
  ])
  const catalog = withAliases({ pick: alias })
  let counted = 0
  const inputTokens = (tokens: number) => () => {
    counted++
    return tokens
  }
  t.same(targets(catalog, 'pick', { inputTokens: inputTokens(2000) }), ['m/bolt/ray-1', 'a/owl-4-5'])
  t.same(targets(catalog, 'pick', { inputTokens: inputTokens(1000), group: 'staff' }), ['a/wren-1', 'a/owl-4-5'])
  t.same(targets(catalog, 'pick', { group: 'others' }), ['a/owl-4-5'])
  t.equal(counted, 2)
  targets(catalog, 'best', { inputTokens: inputTokens(1) })
  t.equal(counted, 2)
  const only = withAliases({ pick: [{ model: 'a/wren-1', when: { groups: ['staff'] } }] })
  t.throws(() => targets(only, 'pick'), {
    code: 'ISTHMUS_ALIAS_UNAVAILABLE',
    message: /none of its targets is for this/
  })
})

t.test('an alias may lead to another, whose defaults fill what its own leave open', async t => {
  const catalog = withAliases({
    outer: { targets: ['inner', 'a/wren-1'], defaults: { temperature: 0.2 } },
    inner: { targets: ['a/owl-4-5'], defaults: { temperature: 1, effort: 'high' } },
    plain: ['inner']
  })
  t.same(targets(catalog, 'outer'), ['a/owl-4-5', 'a/wren-1'])
  t.same(catalog.resolve('outer').defaults, { temperature: 0.2, effort: 'high' })
  t.equal(catalog.resolve('outer').alias, 'outer', 'the one that was asked for')
  t.same(catalog.resolve('plain').defaults, { temperature: 1, effort: 'high' })
  t.same(catalog.resolve('plain-thinking').defaults, { temperature: 1, effort: 'high' })
})

t.test('loops are refused, however they are closed', async t => {
  const problem = (aliases: Record<string, unknown>) =>
    withAliases(aliases)
      .problems()
      .map(it => it.problem)
      .join()
  t.match(problem({ a1: 'a1' }), /leads back to itself: a1 → a1/)
  t.match(problem({ a1: ['b1'], b1: ['c1'], c1: ['a/owl-4-5', 'a1'] }), /a1 → b1 → c1 → a1/)
  t.match(problem({ a1: { targets: ['a/owl-4-5'], fallbacks: ['a1-thinking'] } }), /leads back to itself/)
  t.match(problem({ a1: 'b1', b1: 'a1:nitro' }), /leads back to itself/)
  t.equal(problem({ a1: ['b1', 'c1'], b1: ['c1'], c1: ['a/owl-4-5'] }), '', 'two ways to one place are no loop')
  const wide = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`n${at}`, { targets: [`n${at + 1}`, `n${at + 1}`] }])
  )
  t.equal(
    loopOf('n0', name => wide[name]),
    undefined,
    'and many of them are looked at once each'
  )
})

t.test('a loop that was closed by two admins at once ends in an answer', async t => {
  const catalog = withAliases({})
  catalog.setAliases(
    new Map([
      ['x1', toAlias('y1')],
      ['y1', toAlias('x1')]
    ])
  )
  t.throws(() => catalog.resolve('x1'), { code: 'ISTHMUS_ALIAS_UNAVAILABLE' })
})

t.test('an alias to what does not exist is refused with the nearest names, unless it may sleep', async t => {
  const problem = (alias: unknown, name = 'mine') => withAliases({}).aliasProblem(name, toAlias(alias as never))
  t.match(problem('owl-4.6'), /names the model 'owl-4.6', which does not exist; did you mean '/)
  t.match(problem(['a/owl-4-5', 'nope']), /names the model 'nope'/)
  t.match(problem({ targets: ['a/owl-4-5'], fallbacks: ['nope'] }), /names the model 'nope'/)
  t.equal(problem({ targets: ['owl-4.6'], dormant: true }), undefined)
  t.match(problem('wren-1-thinking'), /names the model 'wren-1-thinking'/)
  t.match(problem('a/owl-4-5', 'acme/owl-4.5'), /would never be used/)
  t.match(problem('a/owl-4-5', 'ol\u0000d'), /has a name that no client could send/)
  t.equal(problem('later/new'), undefined, 'a channel that waits for its key may have it')
})

t.test('an alias none of whose targets is up says so, and one whose targets come later is there then', async t => {
  const catalog = world(
    { a: acme(), late: provider({ known: [] }) },
    { config: { aliases: { next: { targets: ['kite'], dormant: true } } } }
  )
  t.throws(() => catalog.resolve('next'), {
    code: 'ISTHMUS_ALIAS_UNAVAILABLE',
    message: /no channel that is up serves 'kite'/
  })
  t.notOk(catalog.rows().some(({ id }) => id === 'next'))
  catalog.setModels('late', [{ id: 'kite' }])
  t.same(targets(catalog, 'next'), ['late/kite'])
  t.ok(catalog.rows().some(({ id }) => id === 'next'))
})

t.test('an alias with a slash is found and listed as any other', async t => {
  const catalog = world({ o: own('kite') }, { config: { aliases: { 'team/fast': 'o/kite' } } })
  t.same(targets(catalog, 'team/fast'), ['o/kite'])
  t.equal(catalog.find('team/fast')?.provider, 'alias')
})
