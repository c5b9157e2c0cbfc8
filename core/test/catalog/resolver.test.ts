import fc from 'fast-check'
import t from 'tap'
import { keyOf } from '../../src/catalog/names.ts'
import { isGatewayError } from '../../src/errors/index.ts'
import { acme, DATA, mall, own, targets, world } from './support/fake-catalog.ts'

const UNPRINTABLE = /[\p{Cc}\p{Cf}]/u
const ABSENT = { code: 'ISTHMUS_MODEL_NOT_FOUND' }

t.test(
  'a channel before the slash goes before a vendor of the same name, and a vendor is served by all who have it',
  async t => {
    const named = world({ acme: acme(), mall: mall() })
    t.same(targets(named, 'acme/owl-4.5'), ['acme/owl-4-5'])
    const catalog = world({ a: acme(), m: mall() })
    t.same(targets(catalog, 'acme/owl-4.5'), ['a/owl-4-5', 'm/acme/owl-4.5'])
    t.same(targets(catalog, 'm/acme/owl-4.5'), ['m/acme/owl-4.5'])
    t.same(targets(catalog, 'm/owl-4.5'), ['m/acme/owl-4.5'], 'a channel finds its models by all of their names')
    t.same(targets(catalog, 'a/owl'), ['a/owl-4-5'])
    t.same(targets(catalog, 'acme-labs/owl-4.5'), ['a/owl-4-5', 'm/acme/owl-4.5'], 'by other spellings of the vendor')
    t.same(targets(catalog, 'A/owl-4-5'), ['a/owl-4-5'], 'channels are found in capitals too')
    t.same(
      targets(world({ mall: mall(), a: acme() }), 'acme/owl-4.5'),
      ['mall/acme/owl-4.5', 'a/owl-4-5'],
      'config order'
    )
  }
)

t.test('a model that its vendor is known not to serve itself is asked of those who have it', async t => {
  const catalog = world({ bolt: own(), acme: acme(), mall: mall() })
  t.same(targets(catalog, 'acme/lark-thinking'), ['mall/acme/lark-thinking'])
  t.throws(() => targets(world({ acme: acme() }), 'acme/ray-1'), ABSENT, 'nor one of another')
})

t.test('`.`, `-` and capitals make no difference, letters of other alphabets do', async t => {
  const catalog = world({ a: acme() })
  for (const name of ['owl-4.5', 'owl-4-5', 'OWL-4.5', 'Acme/Owl-4.5'])
    t.same(targets(catalog, name), ['a/owl-4-5'], name)
  // A Kelvin sign, which `toLowerCase` makes a plain k, and a Cyrillic а.
  t.throws(() => targets(catalog, 'lar\u212a'), ABSENT)
  t.throws(() => targets(catalog, 'l\u0430rk'), ABSENT)
  t.throws(() => targets(catalog, '\uff4fwl-4-5'), ABSENT)
})

t.test('names that are none are refused, and told in a way that no log or terminal stumbles over', async t => {
  const catalog = world({ a: acme(), m: mall() }, { config: { strict: true } })
  for (const name of [
    '__proto__',
    'constructor',
    'toString',
    'a/__proto__',
    'acme/hasOwnProperty',
    '/',
    'a/',
    '/owl-4'
  ]) {
    t.throws(() => catalog.resolve(name), ABSENT, name)
  }
  const evil = 'owl\n{"level":50,"msg":"forged"}\u001b[31m\u202eowl'
  const { problem = '' } = catalog.explain(evil)
  t.notMatch(problem, UNPRINTABLE)
  t.notMatch(catalog.explain(evil).steps.join(''), UNPRINTABLE)
  const long = catalog.explain('owl'.repeat(100_000))
  t.ok((long.problem ?? '').length < 300)
  // Every suffix is looked at once: a long tail of them is no way to keep the gateway busy.
  t.throws(() => catalog.resolve(`owl-4${':thinking-thinking'.repeat(50_000)}`), ABSENT)
})

t.test('an id of its own is that very one; without a date it is the vendor’s own name, or else the newest', async t => {
  const catalog = world({ a: acme(), o: own('kite-2024-05-13', 'kite-2024-11-20', 'kite-mini') })
  t.same(targets(catalog, 'owl-4-5-20250929'), ['a/owl-4-5-20250929'], 'a pinned name is not moved')
  t.same(targets(catalog, 'acme/owl-4-5-20250929'), ['a/owl-4-5-20250929'], 'nor with its vendor')
  t.same(targets(catalog, 'owl-4-5@20250929'), ['a/owl-4-5-20250929'], 'nor in another service’s spelling')
  t.same(targets(catalog, 'acme.owl-4-5-v1:0'), ['a/owl-4-5'])
  t.same(targets(catalog, 'kite'), ['o/kite-2024-11-20'])
  t.same(targets(catalog, 'kite-latest'), ['o/kite-2024-11-20'])
  t.same(targets(catalog, 'kite-2024-05-13'), ['o/kite-2024-05-13'])
  t.same(targets(catalog, 'kite-mini-latest'), ['o/kite-mini'], 'the latest of what has no dates is itself')
  t.throws(() => targets(catalog, 'kite-2024-08-06'), ABSENT, 'nor is one that nobody has')
  t.same(targets(catalog, 'owl-4'), ['a/owl-4-20250514'])
})

t.test('a name without its date does not lead past a model that has just that name', async t => {
  const catalog = world({ m: mall(), o: own('ray-1-0528') })
  t.same(targets(catalog, 'ray-1'), ['m/bolt/ray-1'])
  t.same(targets(catalog, 'o/ray-1'), ['o/ray-1-0528'], 'unless the channel is named')
})

t.test('a line leads to its newest model on each channel, a stable one before a preview', async t => {
  const catalog = world({ a: acme(), m: mall() })
  for (const name of ['owl', 'owl-latest', 'acme/owl', 'acme/owl-latest']) {
    t.same(targets(catalog, name), ['a/owl-4-5', 'm/acme/owl-4.5'], name)
  }
  t.same(targets(catalog, 'a/wren'), ['a/wren-2'], 'models that are too new for a date come first, by their number')
  t.same(targets(catalog, 'm/wren'), ['m/acme/wren-1'])
  const previews = world({ o: own('owl-5-preview') })
  t.same(targets(previews, 'owl'), ['o/owl-5-preview'], 'a preview where there is nothing else')
})

t.test('variants go to channels that know them, whatever the vendor’s own channel is called', async t => {
  const catalog = world({ acme: acme(), mall: mall() })
  t.same(targets(catalog, 'acme/owl-4.5:nitro'), ['mall/acme/owl-4.5:nitro'])
  t.same(targets(catalog, 'owl-4-5:floor'), ['mall/acme/owl-4.5:floor'])
  t.same(targets(catalog, 'bolt/ray-1:free'), ['mall/bolt/ray-1:free'], 'one that is listed is found as it is')
  t.same(targets(catalog, 'mall/bolt/ray-1:exacto'), ['mall/bolt/ray-1:exacto'])
  t.same(targets(catalog, 'best:nitro'), ['mall/acme/owl-4.5:nitro', 'mall/bolt/ray-1:nitro'], 'also of an alias')
  t.equal(catalog.resolve('best:nitro').alias, 'best')
  t.same(
    targets(world({ a: acme(), o: own('llama:8b') }), 'llama:8b'),
    ['o/llama:8b'],
    'a colon of its own is no variant'
  )
  t.throws(() => targets(world({ a: acme() }), 'owl-4-5:nitro'), ABSENT)
})

t.test('`-thinking` turns reasoning on, unless the model is really called so', async t => {
  const catalog = world({ a: acme(), m: mall() })
  t.same(targets(catalog, 'owl-4-5-thinking'), ['!a/owl-4-5', '!m/acme/owl-4.5'])
  t.same(targets(catalog, 'acme/owl-4.5-THINKING'), ['!a/owl-4-5', '!m/acme/owl-4.5'])
  t.same(targets(catalog, 'owl-thinking'), ['!a/owl-4-5', '!m/acme/owl-4.5'], 'also of a line')
  t.same(targets(catalog, 'lark-thinking'), ['m/acme/lark-thinking'], 'a real name wins')
  t.same(targets(catalog, 'a/lark-thinking'), ['!a/lark'], 'on the channel that has it')
  t.same(targets(catalog, 'acme/owl-4-5-thinking:nitro'), ['!m/acme/owl-4.5:nitro'])
  t.same(targets(catalog, 'best-thinking'), ['!a/owl-4-5', '!m/acme/owl-4.5', '!m/bolt/ray-1'])
  t.equal(catalog.resolve('best-thinking').alias, 'best')
  t.throws(() => targets(catalog, 'wren-1-thinking'), {
    kind: 'invalid_request',
    message: /does not support thinking: 'wren-1'/
  })
  t.throws(() => targets(catalog, 'crow-thinking'), { kind: 'not_found', message: /'crow-thinking'/ })
  t.same(targets(world({ o: own('kite') }), 'kite-thinking'), ['!o/kite'], 'where nothing is known it may be')
})

t.test('`:thinking` is passed on until the list is read, and means the same as the suffix elsewhere', async t => {
  const catalog = world({ a: acme(), m: mall() })
  t.same(targets(catalog, 'acme/owl-4.5:thinking'), ['m/acme/owl-4.5:thinking'])
  catalog.setModels('m', [{ id: 'acme/owl-4.5' }, { id: 'acme/owl-4' }, { id: 'acme/owl-4:thinking' }])
  t.same(targets(catalog, 'acme/owl-4.5:thinking'), ['!a/owl-4-5', '!m/acme/owl-4.5'])
  t.same(targets(catalog, 'acme/owl-4:thinking'), ['m/acme/owl-4:thinking'])
  t.same(targets(world({ a: acme() }), 'owl-4-5:thinking'), ['!a/owl-4-5'])
})

t.test('`auto` and no name at all leave the choice open, among the models that talk', async t => {
  const catalog = world({ a: acme(), o: own('kite') })
  const all = targets(catalog, 'auto')
  t.same(targets(catalog, ''), all)
  t.ok(all.includes('o/kite'))
  t.notOk(all.includes('a/vec-1'))
  t.equal(all.length, 9)
  t.same(targets(world({ m: mall() }), 'mall/auto'), ['m/mall/auto'], 'a router of a channel is another thing')
  t.same(targets(world({ m: mall() }, { config: { aliases: { auto: 'm/bolt/ray-1' } } }), 'auto'), ['m/bolt/ray-1'])
})

t.test(
  'what no list has is passed to the channel, to the vendor’s own service, and to who sells all there is',
  async t => {
    const catalog = world({ a: acme(), m: mall() })
    t.same(targets(catalog, 'a/owl-9'), ['a/owl-9'])
    t.same(targets(catalog, 'acme/owl-9'), ['a/owl-9', 'm/acme/owl-9'])
    t.same(targets(catalog, 'nobody/crow'), ['m/nobody/crow'], 'new vendors appear as models do')
    t.throws(
      () => targets(catalog, 'later/crow'),
      { message: /LATER_KEY is not set/ },
      'a channel that waits is no vendor'
    )
    t.throws(() => targets(catalog, 'crow'), ABSENT, 'without a slash it is nobody’s')
    t.throws(() => targets(catalog, `a/${'x'.repeat(300)}`), ABSENT)
    catalog.setModels('m', [{ id: 'acme/owl-4.5' }])
    t.same(targets(catalog, 'acme/owl-9'), ['a/owl-9'], 'once its list is read it has what it lists')
    t.throws(() => targets(catalog, 'nobody/crow'), ABSENT)
    t.same(targets(catalog, 'm/nobody/crow'), ['m/nobody/crow'], 'unless it is named')
    const strict = world({ a: acme(), m: mall() }, { config: { strict: true } })
    for (const name of ['a/owl-9', 'acme/owl-9', 'nobody/crow']) t.throws(() => targets(strict, name), ABSENT)
  }
)

t.test('a model that only the lists know is found by its vendor on every channel that has it', async t => {
  const catalog = world({ a: acme(), m: mall() }, { config: { strict: true } })
  catalog.setModels('a', [{ id: 'owl-7' }])
  catalog.setModels('m', [{ id: 'acme/owl-7' }])
  t.same(targets(catalog, 'acme/owl-7'), ['a/owl-7', 'm/acme/owl-7'])
  t.same(targets(catalog, 'owl-7'), ['a/owl-7', 'm/acme/owl-7'])
  t.same(
    catalog.rows().flatMap(({ model }) => model ?? []),
    ['acme/owl-7', 'acme/owl-7']
  )
})

t.test('names are bound to channels, and forbidden, by every name that a model has', async t => {
  const bound = world({ a: acme(), m: mall() }, { config: { channels: { 'acme/*': ['m'] } } })
  t.same(targets(bound, 'acme/owl-4.5'), ['m/acme/owl-4.5'])
  t.same(targets(bound, 'owl-4.5'), ['m/acme/owl-4.5'])
  t.throws(() => targets(bound, 'a/owl-4-5'), ABSENT)
  t.throws(() => targets(bound, 'a/owl-9'), ABSENT, 'also one that no list has')
  const forbidden = world({ a: acme(), m: mall() }, { config: { forbid: ['owl-4.5', 'm/*:free'] } })
  for (const name of ['owl-4.5', 'owl-4-5-20250929', 'acme.owl-4-5-v1:0', 'm/acme/owl-4.5:nitro', 'bolt/ray-1:free']) {
    t.throws(() => targets(forbidden, name), ABSENT, name)
  }
  t.same(targets(forbidden, 'owl'), ['a/owl-4-20250514', 'm/acme/owl-4'])
  t.same(targets(forbidden, 'bolt/ray-1'), ['m/bolt/ray-1'])
})

t.test('explain tells which rule found a name', async t => {
  const catalog = world({ a: acme(), m: mall() })
  const steps = (name: string) => catalog.explain(name).steps.join('; ')
  t.match(steps('acme/owl-4.5'), /names a model of 2 channels/)
  t.match(steps('owl'), /'owl' is short for a\/owl-4-5, m\/acme\/owl-4.5/)
  t.match(steps('owl-4.5-thinking'), /turns on the reasoning of 'owl-4.5'/)
  t.match(steps('best'), /is an alias \(data\) for acme\/owl-4.5, bolt\/ray-1, in its order/)
  t.match(steps('a/owl-9'), /is in no list; a is asked for it as it is/)
  t.match(catalog.explain('owll-4.5'), { targets: [], problem: /Did you mean 'owl-4-5'/ })
})

t.test('any text as a name leads somewhere or is refused in words, never otherwise', async t => {
  const catalog = world({ acme: acme(), mall: mall(), o: own('kite:8b', 'x/y') })
  const parts = fc.constantFrom(
    'acme',
    'mall',
    '/',
    'owl',
    '-4.5',
    ':free',
    ':thinking',
    '-thinking',
    '-latest',
    'best',
    'auto',
    ''
  )
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(parts, { maxLength: 8 }).map(all => all.join(''))
  )
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(name, text => {
        try {
          return Array.isArray(catalog.resolve(text).offers)
        } catch (thrown) {
          return isGatewayError(thrown) && (thrown.kind === 'not_found' || thrown.kind === 'invalid_request')
        }
      }),
      { numRuns: 3000 }
    )
  )
})

t.test('whatever is the same to one name is the same to the other', async t => {
  const text = fc.stringMatching(/^[A-Za-z0-9.:/-]{1,12}$/)
  fc.assert(
    fc.property(text, one => {
      const other = one.toUpperCase().replaceAll('-', '.')
      return keyOf(one) === keyOf(other) && keyOf(keyOf(one)) === keyOf(one)
    })
  )
  t.equal(DATA.models.length, new Set(DATA.models.map(({ id }) => keyOf(id))).size)
})
