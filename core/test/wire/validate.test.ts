import { isGatewayError } from '@isthmus/core'
import { checker, invalid, type Problem } from '@isthmus/core/wire'
import t from 'tap'
import { Type } from 'typebox'

const part = Type.Object({ type: Type.Literal('text'), text: Type.String({ minLength: 1 }) })
const schema = checker(
  Type.Object(
    {
      role: Type.Union([Type.Literal('user'), Type.Literal('assistant')]),
      content: Type.Union([Type.String(), Type.Array(part)]),
      n: Type.Optional(Type.Integer({ minimum: 1 })),
      'a/b': Type.Optional(Type.Null()),
      flag: Type.Optional(Type.Boolean())
    },
    { additionalProperties: false }
  )
)
const good = { role: 'user', content: 'hi' }
const told = (value: unknown) =>
  schema.problems(value).map(({ path, expected, got }: Problem) => `${path}: ${expected}, ${got}`)

t.test('a value that fits comes back as the very same object', async t => {
  t.equal(schema.check(good), good)
  t.same(schema.problems(good), [])
})

t.test('every problem has its path, what was expected and what came', async t => {
  t.same(told(null), [': an object, null'])
  t.same(told({}), ['role: a value, nothing', 'content: a value, nothing'])
  t.same(told({ ...good, role: 'x' }), ['role: "user" or "assistant", "x"'])
  t.same(told({ ...good, content: 5 }), ['content: a string or an array, 5'])
  t.same(told({ ...good, n: 0 }), ['n: at least 1, 0'])
  t.same(told({ ...good, n: 1.5 }), ['n: an integer, 1.5'])
  t.same(told({ ...good, 'a/b': 1 }), ['a/b: null, 1'])
  t.same(told({ ...good, flag: '' }), ['flag: true or false, an empty string'])
})

t.test('a union that failed inside one branch tells of that branch only', async t => {
  t.same(told({ ...good, content: [{ type: 'text', text: '' }] }), [
    'content[0].text: a non-empty string, an empty string'
  ])
  t.same(told({ ...good, content: [{ type: 'text', text: 'a' }, { type: 'text' }] }), [
    'content[1].text: a value, nothing'
  ])
})

t.test('a member that the schema does not know is named', async t => {
  t.match(schema.problems({ ...good, z: 1 }), [{ path: 'z', expected: 'no such member', unknown: true }])
})

t.test('check changes nothing and throws the first problem with its path', async t => {
  const numbers = checker(Type.Object({ n: Type.Number({ default: 1 }) }))
  for (const value of [{ n: '1' }, {}]) {
    const before = JSON.stringify(value)
    try {
      numbers.check(value)
      t.fail('it should have thrown')
    } catch (error) {
      t.ok(isGatewayError(error))
      t.match(error, { kind: 'invalid_request', path: 'n', param: 'n', message: /^n: expected a (number|value), got/ })
    }
    t.equal(JSON.stringify(value), before)
  }
})

t.test('an error shows short scalars and never the content of long ones', async t => {
  t.match(invalid('', 'an object', 'x'.repeat(41)).message, 'the request body: expected an object, got a string')
  t.match(invalid('a', 'b', { secret: 1 }).message, 'a: expected b, got an object')
  t.match(invalid('a', 'b', []).message, 'got an empty array')
  t.match(invalid('a', 'b', undefined).message, 'got nothing')
  t.match(invalid('a', 'b', 'short').message, 'got "short"')
})

t.test('all problems are told, however many', async t => {
  const names = Array.from({ length: 30 }, (_, at) => `k${at}`)
  const many = checker(Type.Object(Object.fromEntries(names.map(name => [name, Type.String()]))))
  t.equal(many.problems(Object.fromEntries(names.map(name => [name, 1]))).length, 30)
})
