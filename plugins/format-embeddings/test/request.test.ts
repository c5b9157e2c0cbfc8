import { type EmbedRequest, featuresOf, isGatewayError } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import t from 'tap'
import { embeddings } from '../src/index.ts'

const decode = (body: unknown, headers = {}) => embeddings.request.decode(body, requestHead({ headers }))
const encode = (request: EmbedRequest) => embeddings.request.encode(request, { provider: 'acme', model: 'theirs' })
const refusal = (body: unknown) => {
  try {
    decode(body)
  } catch (thrown) {
    if (isGatewayError(thrown)) return `${thrown.kind} ${thrown.path}: ${thrown.message}`
    throw thrown
  }
  return undefined
}
const foreign: EmbedRequest = { op: 'embed', model: 'm', inputs: ['a'], ingress: { format: 'gemini' } }

t.test('the four forms of input are read, and a list of numbers is one input', async t => {
  t.same(decode({ model: 'm', input: 'a' }).inputs, ['a'])
  t.same(decode({ model: 'm', input: ['a', 'b'] }).inputs, ['a', 'b'])
  t.same(decode({ model: 'm', input: [1, 2] }).inputs, [[1, 2]])
  t.same(decode({ model: 'm', input: [[1], [2, 3]] }).inputs, [[1], [2, 3]])
})

t.test('a request is refused with the path of what is wrong, and nothing of its text', async t => {
  const forms = 'a string, an array of strings, an array of token ids or an array of such arrays'
  for (const [input, path, expected, got] of [
    [undefined, 'input', forms, 'nothing'],
    ['', 'input', forms, 'an empty string'],
    [[], 'input', forms, 'an empty array'],
    [7, 'input', forms, '7'],
    [['a', 5], 'input[1]', 'a string', '5'],
    [['a', ['b']], 'input[1]', 'a string', 'an array'],
    [[1, 'a'], 'input[1]', 'a token id', '"a"'],
    [[1, 2.5], 'input[1]', 'a token id', '2.5'],
    [[-1], 'input[0]', 'a token id', '-1'],
    [[[]], 'input[0]', 'a non-empty array of token ids', 'an empty array'],
    [[[1], 'a'], 'input[1]', 'an array of token ids', '"a"'],
    [[[1], [2, null]], 'input[1][1]', 'a token id', 'null'],
    [[null], 'input[0]', 'an array of token ids', 'null']
  ] as const) {
    t.equal(refusal({ model: 'm', input }), `invalid_request ${path}: ${path}: expected ${expected}, got ${got}`)
  }
  const secret = 'a text of forty characters and more, in full'
  t.notMatch(refusal({ model: 'm', input: [[1], secret] }), secret)
  t.match(refusal({ input: 'a' }), /invalid_request model: /)
  t.match(refusal({ model: 'm', input: 'a', dimensions: -42 }), /dimensions: expected at least 1.*, got -42/)
  t.match(refusal({ model: 'm', input: 'a', encoding_format: 1 }), /encoding_format: /)
  t.match(refusal({ model: 'm', input: 'a', user: {} }), /user: /)
  t.match(refusal([]), /invalid_request : the request body/)
})

t.test('what of a request needs its upstream is a feature', async t => {
  const features = (body: object) => [...featuresOf(decode({ model: 'm', input: 'a', ...body }))].sort()
  t.same(features({ input: ['a'] }), [])
  t.ok(features({ input: [1] }).includes('embed.tokens'))
  t.ok(features({ input: [{ content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }).includes('embed.media'))
  t.ok(features({ input: [{ image: 'x' }] }).includes('embed.media'))
  t.notOk(features({ input: [{ content: [{ type: 'text', text: 'x' }] }] }).includes('embed.media'))
  t.ok(features({ dimensions: 5 }).includes('embed.dimensions'))
  t.ok(features({ user: 'u' }).includes('identity.user'))
})

t.test('a client that names no form asks for none; clients of other formats ask for numbers', async t => {
  t.notOk('encoding_format' in encode(decode({ model: 'm', input: 'a' })).body)
  t.equal(encode(decode({ model: 'm', input: 'a', encoding_format: 'base64' })).body.encoding_format, 'base64')
  t.same(encode(foreign).body, { model: 'theirs', input: ['a'], encoding_format: 'float' })
})

t.test('null says the same as nothing', async t => {
  const body = { model: 'm', input: 'a', dimensions: null, encoding_format: null, user: null }
  t.same(encode(decode(body)).body, { model: 'theirs', input: 'a' })
})

t.test('parts of text become one text, and parts that cannot be said are refused by name', async t => {
  const text = (said: string) => ({ type: 'text', text: said }) as const
  t.same(encode({ ...foreign, inputs: [[text('a '), text('cat')]] }).body.input, ['a cat'])
  const audio = { type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: '' } } as const
  t.throws(() => encode({ ...foreign, inputs: ['a', [audio]] }), {
    code: 'FORMAT_EMBEDDINGS_UNSUPPORTED',
    message: 'Embeddings cannot express a part of type audio in input[1]'
  })
})

t.test('members of another format are reported', async t => {
  t.same(encode(foreign).gaps, [])
  const gaps = [{ feature: 'ext', action: 'dropped', field: 'body' }]
  t.same(encode({ ...foreign, ext: { gemini: { autoTruncate: true } } }).gaps, gaps)
  t.same(encode(decode({ model: 'm', input: 'a', input_type: 'query' })).gaps, [])
})

t.test('headers of the client that may travel are kept', async t => {
  const { ingress } = decode({ model: 'm', input: 'a' }, { 'openai-beta': 'x', authorization: 'secret' })
  t.same(ingress, { format: 'embeddings', headers: { 'openai-beta': 'x' } })
})
