import t from 'tap'
import { nativeSchema } from '../src/schema.ts'

const object = (properties: Record<string, unknown>, more = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  ...more
})

t.test('limits become words, objects are closed, and the schema given is not changed', async t => {
  const given = object({
    n: { type: 'integer', minimum: 1, description: 'A count.' },
    when: { type: 'string', format: 'date' }
  })
  const before = structuredClone(given)
  t.same(nativeSchema(given), {
    schema: {
      ...object({
        n: { type: 'integer', description: 'A count. {minimum: 1}' },
        when: { type: 'string', format: 'date' }
      }),
      additionalProperties: false
    },
    moved: 1
  })
  t.same(given, before)
})

t.test('oneOf becomes anyOf, and formats that are not known become words', async t => {
  const derived = nativeSchema(object({ a: { oneOf: [{ type: 'string', format: 'regex' }, { type: 'null' }] } }))
  t.match(derived?.schema, { properties: { a: { anyOf: [{ description: '{format: "regex"}' }, { type: 'null' }] } } })
})

t.test('what cannot be said gives no schema', async t => {
  const tree = { type: 'object', properties: { next: { $ref: '#/$defs/tree' } }, required: ['next'] }
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`m${at}`, { type: 'string' }]))
  for (const schema of [
    { type: 'array', items: {} },
    true,
    object({ a: { $ref: '#/$defs/tree' } }, { $defs: { tree } }),
    object({ a: { type: 'object', additionalProperties: { type: 'string' } } }),
    { type: 'object', properties: many },
    object({ a: { not: { type: 'string' } } }),
    object({ a: { $ref: 'https://elsewhere.example/schema' } })
  ]) {
    t.equal(nativeSchema(schema), undefined)
  }
})

t.test('a long chain of references is followed once each', async t => {
  const $defs: Record<string, unknown> = { d40: { type: 'string' } }
  for (let at = 0; at < 40; at++) {
    const next = { $ref: `#/$defs/d${at + 1}` }
    $defs[`d${at}`] = object({ a: next, b: next })
  }
  t.ok(nativeSchema(object({ a: { $ref: '#/$defs/d0' } }, { $defs })))
})
