import fc from 'fast-check'
import t from 'tap'
import { Compile } from 'typebox/schema'
import { jsonInstance } from '../src/json-instance.ts'

const property = fc.letrec(tie => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    fc.record({ minLength: fc.nat(20) }).map(rest => ({ type: 'string', ...rest })),
    fc.record({ maxLength: fc.nat(20) }).map(rest => ({ type: 'string', ...rest })),
    fc.integer({ min: -50, max: 50 }).map(minimum => ({ type: 'integer', minimum })),
    fc.integer({ min: -50, max: 50 }).map(exclusiveMaximum => ({ type: 'integer', exclusiveMaximum })),
    fc
      .tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }))
      .map(([from, width]) => ({ type: 'number', exclusiveMinimum: from, maximum: from + width })),
    fc.constantFrom(
      { type: 'boolean' },
      { type: 'null' },
      { const: 3 },
      { enum: ['b', 'a'] },
      { type: ['string', 'null'] },
      { type: 'integer', multipleOf: 7, minimum: 8 }
    ),
    fc.record({ items: tie('schema'), minItems: fc.nat(3) }).map(rest => ({ type: 'array', ...rest })),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc
      .tuple(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), tie('schema')), fc.boolean())
      .map(([properties, all]) => ({
        type: 'object',
        properties,
        required: all ? Object.keys(properties) : [],
        additionalProperties: false
      }))
  )
}))

t.test('an instance fits its schema', async t => {
  fc.assert(
    fc.property(property.schema, schema => {
      const instance = jsonInstance(schema)
      return Compile(schema as never).Check(JSON.parse(JSON.stringify(instance)))
    }),
    { numRuns: 500 }
  )
  t.pass()
})

t.test('references, combined schemas and schemas that contain themselves are followed', async t => {
  const tree = {
    $defs: {
      node: {
        type: 'object',
        properties: { name: { $ref: '#/$defs/name' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['name', 'children']
      },
      name: { type: 'string', minLength: 6 }
    },
    $ref: '#/$defs/node'
  }
  t.match(jsonInstance(tree), { name: 'namena', children: [{ name: 'namena', children: [] }] })
  const both = {
    allOf: [
      { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] },
      { properties: { b: { type: 'boolean' } }, required: ['b'] }
    ]
  }
  t.strictSame(jsonInstance(both), { a: 1, b: true })
  t.strictSame(jsonInstance({ $ref: '#/nowhere', type: 'null' }), null)
  t.ok(jsonInstance({ $ref: '#' }) !== undefined, 'a reference to itself comes to an end')
})

t.test('formats, upper-case types and lists without repetition are known', async t => {
  t.equal(jsonInstance({ type: 'STRING', format: 'date' }), '2000-01-01')
  t.strictSame(jsonInstance({ type: 'ARRAY', items: { type: 'string' }, minItems: 3, uniqueItems: true }, 'x'), [
    'x',
    'x1',
    'x2'
  ])
  t.strictSame(jsonInstance({ properties: { city: { type: 'string' } }, required: ['city', 'more'] }), {
    city: 'city',
    more: 'more'
  })
})

t.test('what is no schema gives a value all the same', async t => {
  for (const schema of [undefined, null, true, 'x', {}, []]) t.equal(jsonInstance(schema), 'value')
})

t.test('a schema that asks for more than there is gets the beginning of it', async t => {
  const list = (depth: number): object =>
    depth === 0 ? { type: 'string', minLength: 10_000 } : { type: 'array', minItems: 1000, items: list(depth - 1) }
  const itself = { required: ['a', 'b', 'c'], properties: {}, additionalProperties: { $ref: '#' } }
  const within = { allOf: Array.from({ length: 9 }, () => ({ $ref: '#' })) }
  for (const schema of [list(6), itself, within, { $ref: '#/%zz' }]) {
    t.ok(JSON.stringify(jsonInstance(schema)).length < 2_000_000)
  }
})
