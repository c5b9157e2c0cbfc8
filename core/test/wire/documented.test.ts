import { checker, documented, documentedKinds } from '@isthmus/core/wire'
import t from 'tap'
import { Type } from 'typebox'

const shapes = {
  text: checker(Type.Object({ text: Type.String() })),
  image: checker(Type.Object({ source: Type.Object({ type: Type.String() }) }))
}
const request = checker(
  Type.Object(
    {
      model: Type.String(),
      parts: Type.Array(Type.Unknown(), { minItems: 1, description: 'What is said.' }),
      answer: Type.Optional(Type.Union([Type.String(), Type.Record(Type.String(), Type.Unknown()), Type.Null()]))
    },
    { description: 'A request.' }
  )
)
const part = documentedKinds('type', shapes, { title: 'part', unsaid: 'text' })
const { schema } = documented(request, { parts: part, answer: Type.Object({ name: Type.String() }) })
const whole = checker(schema)
const paths = (value: unknown) => whole.problems(value).map(({ path }) => path)

t.test('what stands in lists and unions is told of where any value was', async t => {
  t.same(paths({ model: 'm', parts: [{ type: 'text', text: 'hi' }], answer: { name: 'a' } }), [])
  t.same(paths({ model: 'm', parts: [{ type: 'image', source: { type: 'url' } }], answer: 'plain' }), [])
  t.not(paths({ model: 'm', parts: [{ type: 'text' }] }).length, 0)
  t.not(paths({ model: 'm', parts: ['hi'] }).length, 0)
  t.not(paths({ model: 'm', parts: [{ type: 'text', text: 'hi' }], answer: {} }).length, 0)
})

t.test('what a shape says beside that stays as it is', async t => {
  t.same(paths({ model: 'm', parts: [] }), ['parts'])
  t.same(schema.required, ['model', 'parts'])
  t.match(schema, { description: 'A request.', properties: { parts: { description: 'What is said.' } } })
  t.same(paths({ model: 'm', parts: [{ text: 'hi' }], answer: null }), [], 'a kind may go without saying')
  t.same(request.schema.properties.parts.items, {}, 'the shape itself is not changed')
})

t.test('a kind that is not known is taken, unless the union is closed', async t => {
  t.same(paths({ model: 'm', parts: [{ type: 'hologram', depth: 3 }] }), [])
  t.not(paths({ model: 'm', parts: [{ type: 7 }] }).length, 0)
  const closed = checker(documentedKinds('type', shapes, { title: 'part', closed: true }))
  t.not(closed.problems({ type: 'hologram' }).length, 0)
  t.same(closed.problems({ type: 'text', text: 'hi' }), [])
})

t.test('each kind has a title, and the members that all of them may have', async t => {
  const marks = documentedKinds('type', shapes, { title: 'part', common: { mark: Type.Boolean() } })
  t.same(
    marks.anyOf.map(branch => (branch as { title?: string }).title),
    ['part.text', 'part.image', 'part.other']
  )
  t.match(marks, { title: 'part', anyOf: [{ properties: { mark: { type: 'boolean' } } }] })
})

t.test('what is narrowed may be an object of which less is said, at any depth', async t => {
  const image = documented(shapes.image, {
    source: documentedKinds('type', {}, { title: 'source' }),
    extra: Type.String()
  })
  t.match(image.schema.properties, { source: { title: 'source' }, extra: { type: 'string' } })
  const untouched = documented(shapes.text, { text: Type.Object({}) })
  t.match(untouched.schema.properties.text, { type: 'string' }, 'a string is no hole')
})
