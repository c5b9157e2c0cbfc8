import { inspect } from 'node:util'
import t from 'tap'
import { type Static, type TSchema, Type } from 'typebox'
import {
  checkFilled,
  configInvalid,
  fill,
  literalSecrets,
  loadConfig,
  reportProblems,
  wrapSecrets
} from '../../src/config/index.ts'
import { env, file, SecretString } from '../../src/contract/index.ts'

function problemsOf(schema: TSchema, value: unknown, variables: Record<string, string> = {}): string[] {
  const filled = fill(schema, value, { env: variables, dir: '/nowhere' })
  return checkFilled(schema, filled).map(({ path, message, hints }) => [`${path}: ${message}`, ...hints].join(' | '))
}

t.test('all problems of a config are reported together', async t => {
  const cwd = t.testdir({
    'gateway.config.mjs': `export default {
      servre: {}, server: { port: -1, cors: { origins: [1, 'ok', ''] }, tls: {}, trustProxy: [''] },
      log: { level: 'loud' }, models: { aliases: { 'gpt-4.1': [] }, fallbacks: 7 },
      gaps: { 'output.stpo': 'reject', 'output.stop': 'ignore' }, pipeline: ['a', 3]
    }`
  })
  const { name, problems, pipeline } = await loadConfig({ cwd, env: { LOG_LEVEL: 'lowd' }, port: '99999' })
  t.equal(
    reportProblems(name, problems),
    `gateway.config.mjs: 13 problems

  servre                      is not known here
                              did you mean "server"?
  server.port                 expected an integer from 0 to 65535, got 99999
                              comes from --port
  server.trustProxy[0]        expected a non-empty string, got an empty string
  server.tls.certFile         expected a non-empty string, got nothing
  server.tls.keyFile          expected a non-empty string, got nothing
  server.cors.origins[0]      expected a non-empty string, got 1
  server.cors.origins[2]      expected a non-empty string, got an empty string
  log.level                   expected "fatal", "error", "warn", "info", "debug", "trace" or "silent", got "lowd"
                              comes from the environment variable LOG_LEVEL
  models.aliases["gpt-4.1"]   expected a name, a list of targets or an object with \`targets\`, got an empty array
  models.fallbacks            expected an object, got a number
  gaps["output.stpo"]         is not known here
                              did you mean "output.stop"?
  gaps["output.stop"]         expected "reject", "report" or "emulate", got "ignore"
  pipeline[1]                 expected a non-empty string, got 3`
  )
  t.same(pipeline, ['a'])
  t.match(configInvalid(name, problems), { code: 'ISTHMUS_CONFIG_INVALID', message: /\n\nISTHMUS_CONFIG_INVALID$/ })
})

t.test('a problem tells where a value comes from', async t => {
  const schema = Type.Object({ n: Type.Integer({ minimum: 1 }), s: Type.String({ minLength: 1 }) })
  const from = (n: unknown, s: unknown = 'x', variables = {}) => problemsOf(schema, { n, s }, variables)
  t.same(from(env('N')), [
    'n: expected an integer of at least 1, got nothing | comes from the environment variable N, which is not set'
  ])
  t.same(from(env('N'), 'x', { N: '' }), [
    'n: expected an integer of at least 1, got nothing | comes from the environment variable N, which is empty'
  ])
  t.same(from(env('N'), 'x', { N: '30s' }), [
    'n: expected an integer of at least 1, got "30s" | comes from the environment variable N'
  ])
  t.same(from(env('N', '0')), [
    'n: expected an integer of at least 1, got 0 | comes from the fallback of the environment variable N, which is not set'
  ])
  t.same(from(2, file('key.txt')), [
    's: expected a non-empty string, got nothing | comes from the file key.txt, which cannot be read (ENOENT)'
  ])
})

t.test('a file that cannot be read is a problem also where the option may be left out', async t => {
  const schema = Type.Object({ a: Type.Optional(Type.String()), b: Type.String({ default: 'x' }) })
  t.same(problemsOf(schema, { a: file('a.txt'), b: file('b.txt') }), [
    'a: expected a file that can be read | comes from the file a.txt, which cannot be read (ENOENT)',
    'b: expected a file that can be read | comes from the file b.txt, which cannot be read (ENOENT)'
  ])
  t.same(problemsOf(schema, { a: env('A'), b: env('B') }), [])
})

t.test('unknown members are refused with the nearest name, or with all there are, and never shown', async t => {
  const schema = Type.Object(
    {
      apiKey: Type.Optional(Type.String()),
      nested: Type.Object({ a: Type.Optional(Type.Null()) }, { additionalProperties: false, default: {} })
    },
    { additionalProperties: false }
  )
  t.same(problemsOf(schema, { apikye: 'sk-1', nested: { zzz: 'sk-2' } }), [
    'apikye: is not known here | did you mean "apiKey"?',
    'nested.zzz: is not known here | known here: a'
  ])
  const proto: unknown = JSON.parse('{ "__proto__": { "apiKey": "sk-3" } }')
  t.match(problemsOf(schema, proto), [/^__proto__: is not known here/])
})

t.test('a secret is not shown, whatever is wrong with it', async t => {
  const schema = Type.Object({
    one: SecretString(),
    some: Type.Array(SecretString()),
    either: Type.Union([SecretString(), Type.Object({ key: SecretString() })])
  })
  const wrong = problemsOf(schema, { one: 8123, some: ['fine', 8124], either: { key: 8125 } })
  t.same(wrong, [
    'one: expected a non-empty string, got a number',
    'some[1]: expected a non-empty string, got a number',
    'either.key: expected a non-empty string, got a number'
  ])
})

t.test('checked secrets are wrapped, at every depth, and cannot be printed', async t => {
  const schema = Type.Object({
    one: SecretString(),
    some: Type.Array(SecretString()),
    byName: Type.Record(Type.String(), Type.Object({ key: SecretString(), name: Type.String() })),
    either: Type.Union([SecretString(), Type.Object({ key: SecretString() })])
  })
  const value = {
    one: 's3cret',
    some: ['s3cret'],
    byName: { a: { key: 's3cret', name: 'a' } },
    either: { key: 's3cret' }
  }
  const wrapped = wrapSecrets(schema, value) as Static<typeof schema>
  for (const printed of [
    inspect(wrapped, { depth: 9 }),
    JSON.stringify(wrapped),
    `${wrapped.one}`,
    String(wrapped.some)
  ]) {
    t.notMatch(printed, 's3cret')
    t.match(printed, /\[secret\]/)
  }
  t.equal(wrapped.byName.a?.key.reveal(), 's3cret')
  t.equal(wrapped.byName.a?.name, 'a')
  t.equal(value.one, 's3cret', 'the value itself stays as it is')
})

t.test('a secret in the config itself is found, one by reference is not', async t => {
  const schema = Type.Object({ a: SecretString(), b: SecretString(), c: Type.Array(SecretString()) })
  const filled = fill(schema, { a: 'x', b: env('B'), c: env('C') }, { env: { B: 'x', C: 'x,y' }, dir: '.' })
  t.same(literalSecrets(schema, filled), [['a']])
})

t.test(
  'defaults are filled in at every depth, in the branch of a union that fits, and text only from references',
  async t => {
    const schema = Type.Object({
      list: Type.Array(Type.Object({ n: Type.Integer({ default: 1 }) })),
      named: Type.Record(Type.String(), Type.Object({ n: Type.Integer({ default: 2 }) })),
      one: Type.Union([
        Type.Object({ kind: Type.Literal('a'), n: Type.Integer({ default: 3 }) }),
        Type.Object({ kind: Type.Literal('b'), m: Type.Integer({ default: 4 }) })
      ]),
      literal: Type.Union([Type.Literal(1), Type.Literal('auto')])
    })
    const filled = (literal: unknown) =>
      fill(
        schema,
        { list: [{}, { n: env('N') }], named: { x: {} }, one: { kind: 'b' }, literal },
        { env: { N: '5' }, dir: '.' }
      ).value
    t.same(filled(env('L', '1')), {
      list: [{ n: 1 }, { n: 5 }],
      named: { x: { n: 2 } },
      one: { kind: 'b', m: 4 },
      literal: 1
    })
    t.match(filled(env('L', 'auto')), { literal: 'auto' })
  }
)

t.test('numbers and booleans are read strictly from text', async t => {
  const schema = Type.Object({ n: Type.Number(), b: Type.Boolean() })
  const read = (n: string, b: string) =>
    fill(schema, { n: env('N'), b: env('B') }, { env: { N: n, B: b }, dir: '.' }).value
  t.same(read('1.5e3', 'TRUE'), { n: 1500, b: true })
  t.same(read('-0.5', '0'), { n: -0.5, b: false })
  t.same(read('0x10', 'yes'), { n: '0x10', b: 'yes' })
  t.same(read('1_000', 'on'), { n: '1_000', b: 'on' })
  t.same(read('Infinity', ' true '), { n: 'Infinity', b: true })
})

t.test('each kind of expectation has its words', async t => {
  const expected = (schema: TSchema, value: unknown) => problemsOf(Type.Object({ x: schema }), { x: value })[0]
  t.equal(expected(Type.String({ maxLength: 2 }), 'abc'), 'x: expected a string of 0 to 2 characters, got "abc"')
  t.equal(expected(Type.String({ minLength: 2 }), 'a'), 'x: expected a string of at least 2 characters, got "a"')
  t.equal(expected(Type.String({ pattern: '^a$' }), 'b'), 'x: expected text that matches `^a$`, got "b"')
  t.equal(expected(Type.Number({ exclusiveMinimum: 0 }), 0), 'x: expected a number of more than 0, got 0')
  t.equal(expected(Type.Number({ exclusiveMaximum: 1 }), 1), 'x: expected a number of less than 1, got 1')
  t.equal(expected(Type.Integer({ maximum: 1 }), 2), 'x: expected an integer of at most 1, got 2')
  t.equal(
    expected(Type.Array(Type.Integer(), { maxItems: 1 }), [1, 2]),
    'x: expected an array of integers, 0 to 1 of them, got an array'
  )
  t.equal(
    expected(Type.Array(Type.Boolean(), { minItems: 2 }), []),
    'x: expected an array of true or false, at least 2 of them, got an empty array'
  )
  t.equal(expected(Type.Enum(['a', 'b']), 'c'), 'x: expected "a" or "b", got "c"')
  t.equal(expected(Type.Literal(3), 4), 'x: expected 3, got 4')
})
