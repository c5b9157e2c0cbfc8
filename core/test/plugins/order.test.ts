import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { env, type Plugin, SecretString } from '../../src/contract/index.ts'
import { KINDS, preparePlugins } from '../../src/plugins/index.ts'
import { EMPTY_CONFIG, loadedWith, meter, middleware, ofKind } from './support/loaded.ts'

const prepareAll = async (t: Test, plugins: readonly unknown[], pipeline: readonly string[] = []) =>
  preparePlugins(await loadedWith(t.testdir(EMPTY_CONFIG), { plugins, pipeline }))

const ids = async (t: Test, ...plugins: readonly Plugin[]) =>
  (
    await prepareAll(
      t,
      plugins.map(use => ({ use }))
    )
  ).plugins.map(({ id }) => id)

t.test('plugins are set up by kind, stores first and ingresses last', async t => {
  const plugins = KINDS.toReversed().map(kind => ({ use: ofKind(kind, `a-${kind}`) }))
  const prepared = await prepareAll(t, plugins, ['a-middleware'])
  t.same(
    prepared.plugins.map(({ kind }) => kind),
    ['store', 'catalog', 'meter', 'provider', 'router', 'tool', 'middleware', 'surface', 'ingress']
  )
})

t.test('inside a kind the config’s order holds, corrected by needs', async t => {
  t.same(await ids(t, meter('c'), meter('a'), meter('b')), ['c', 'a', 'b'])
  t.same(await ids(t, meter('c', { needs: ['b'] }), meter('a'), meter('b')), ['b', 'c', 'a'])
  t.same(await ids(t, meter('c', { needs: ['a', 'b'] }), meter('b', { needs: ['a'] }), meter('a')), ['a', 'b', 'c'])
})

t.test('a need is met by an id, or by all instances of a plugin', async t => {
  const { plugins } = await prepareAll(t, [
    { use: meter('reader', { needs: ['books'] }) },
    { use: meter('books'), id: 'one' },
    { use: meter('books'), id: 'two' }
  ])
  t.match(plugins, [{ id: 'one' }, { id: 'two' }, { id: 'reader', needs: ['meter-one', 'meter-two'] }])
  const exact = await prepareAll(t, [
    { use: meter('reader', { needs: ['books'] }) },
    { use: meter('books'), id: 'one' },
    { use: meter('other'), id: 'books' }
  ])
  t.match(exact.plugins, [{ id: 'books' }, { id: 'reader', needs: ['meter-books'] }, { id: 'one' }])
})

t.test('an earlier kind may be needed, a later one may not', async t => {
  const store = ofKind('store', 'shelf')
  t.same(await ids(t, meter('a', { needs: ['shelf'] }), store), ['shelf', 'a'])
  const late = prepareAll(t, [{ use: ofKind('store', 's', { needs: ['m'] }) }, { use: meter('m') }])
  await t.rejects(late, { message: /needs +expected plugins that are up before every store, got "m", a meter/ })
})

t.test('a circle is told with its members', async t => {
  const circle = prepareAll(
    t,
    [
      { use: middleware('a', { needs: ['b'] }) },
      { use: middleware('b', { needs: ['c'] }) },
      { use: middleware('c', { needs: ['a'] }) }
    ],
    ['a', 'b', 'c']
  )
  await t.rejects(circle, { message: /needs +expected no circle, got a → b → c → a/ })
  await t.rejects(prepareAll(t, [{ use: meter('a', { needs: ['a'] }) }]), { message: /got a → a/ })
})

t.test('a need that nothing meets is told with the nearest id', async t => {
  const missing = prepareAll(t, [{ use: meter('a', { needs: ['shelv'] }) }, { use: meter('shelf') }])
  await t.rejects(missing, {
    message: /needs +expected a plugin "shelv" beside it, found none\n +did you mean "shelf"\?/
  })
})

t.test('a need of something broken is not told a second time', async t => {
  const broken = prepareAll(t, [{ use: meter('a', { needs: ['b'] }) }, { use: './none.ts', id: 'b' }])
  await t.rejects(broken, { message: /: 1 problem\n/ })
})

t.test('what needs a waiting plugin waits too if it is optional, and is a problem if not', async t => {
  const options = Type.Object({ key: SecretString() })
  const waits = { use: meter('b', { options }), optional: true, options: { key: env('KEY') } }
  const chain = [
    { use: meter('d', { needs: ['a'] }), optional: true },
    { use: meter('a', { needs: ['b'] }), optional: true },
    waits,
    { use: meter('c') }
  ]
  const { plugins, waiting } = await prepareAll(t, chain)
  t.same(
    plugins.map(({ id }) => id),
    ['c']
  )
  t.same(
    waiting.map(({ id, variables }) => [id, variables]),
    [
      ['b', ['KEY']],
      ['a', ['KEY']],
      ['d', ['KEY']]
    ]
  )
  await t.rejects(prepareAll(t, [{ use: meter('a', { needs: ['b'] }) }, waits]), {
    message: /needs +expected "b" to be up, but it waits for KEY/
  })
})
