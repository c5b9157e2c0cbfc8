import type { RequestHead } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { head } from './support.ts'

const rows = Array.from({ length: 25 }, (_, at) => ({ id: `m${at}`, provider: 'p' }))
const page = (query: Record<string, string>) => {
  const asked: RequestHead = { ...head(), query }
  const body = messages.models.encodeList(rows, asked) as JsonObject
  return { ids: (body.data as JsonObject[]).map(model => model.id), more: body.has_more, body }
}

t.test('the list is paged by its ids', async t => {
  const first = page({})
  t.equal(first.ids.length, 20)
  t.equal(first.more, true)
  t.match(first.body, { first_id: 'm0', last_id: 'm19' })
  t.same(page({ after_id: 'm19' }).ids, ['m20', 'm21', 'm22', 'm23', 'm24'])
  t.equal(page({ after_id: 'm19' }).more, false)
  t.same(page({ before_id: 'm5', limit: '2' }).ids, ['m3', 'm4'])
  t.equal(page({ before_id: 'm5', limit: '2' }).more, true)
  t.equal(page({ limit: '1000' }).ids.length, 25)
  t.same(page({ after_id: 'm24' }).body, { data: [], has_more: false, first_id: null, last_id: null })
})

t.test('a page that cannot be is refused', async t => {
  for (const query of [{ limit: 'x' }, { limit: '0' }, { after_id: 'none' }, { before_id: 'none' }]) {
    t.throws(() => page(query as never), { kind: 'invalid_request' } as never)
  }
})

t.test('a model has a date, a name and its limits', async t => {
  t.same(messages.models.encodeOne({ id: 'm', provider: 'p', created: 1_700_000_000, contextTokens: 5 }), {
    type: 'model',
    id: 'm',
    display_name: 'm',
    created_at: '2023-11-14T22:13:20Z',
    max_input_tokens: 5,
    max_tokens: null,
    capabilities: null,
    lifecycle: 'active',
    deprecated_at: null,
    retires_at: null,
    line: null
  })
})

t.test('what is known of a model beyond that is told too, and can be read again', async t => {
  const known = { name: 'Haiku', created: 1_700_000_000, contextTokens: 9, maxOutputTokens: 3, family: 'claude-haiku' }
  const row = { ...known, id: 'm', provider: 'p', description: 'Small.', deprecated: '2026-12-31' }
  const encoded = messages.models.encodeOne(row)
  t.match(encoded, {
    description: 'Small.',
    lifecycle: 'deprecated',
    retires_at: '2026-12-31T00:00:00Z',
    line: 'haiku'
  })
  t.same(messages.models.decode({ data: [encoded] }), [{ ...known, id: 'm', deprecated: '2026-12-31' }])
  t.equal((messages.models.encodeOne({ id: 'm', provider: 'p', family: 'gpt' }) as JsonObject).line, null)
})

t.test('a service’s list is read, and entries without an id are passed over', async t => {
  const data = [
    { id: 'a', display_name: 'A', created_at: '2023-11-14T22:13:20Z', max_input_tokens: 9, max_tokens: 3 },
    { id: 'b', created_at: '1970-01-01T00:00:00Z' },
    { display_name: 'none' },
    5
  ]
  t.same(messages.models.decode({ data }), [
    { id: 'a', name: 'A', created: 1_700_000_000, contextTokens: 9, maxOutputTokens: 3 },
    { id: 'b' }
  ])
})

t.test('what the service says of a model’s abilities is read', async t => {
  const yes = { supported: true }
  const no = { supported: false }
  const capabilities = {
    image_input: yes,
    pdf_input: no,
    effort: { ...yes, low: yes, high: yes, max: no },
    thinking: { ...yes, types: { adaptive: yes, enabled: no } }
  }
  const data = [
    { id: 'a', line: 'opus', capabilities, retires_at: '2027-01-31T00:00:00Z' },
    { id: 'b', line: null, capabilities: { thinking: no }, retires_at: null },
    { id: 'c', capabilities: null }
  ]
  t.strictSame(messages.models.decode({ data }), [
    {
      id: 'a',
      family: 'claude-opus',
      deprecated: '2027-01-31',
      input: ['text', 'image'],
      reasoning: { efforts: ['low', 'high'], budget: false }
    },
    { id: 'b', reasoning: false },
    { id: 'c' }
  ])
})

t.test('a list with nonsense in it is refused as a whole, and the error says where', async t => {
  const having = (members: object) => ({ data: [{ id: 'a' }, { id: 'b', ...members }] })
  t.throws(() => messages.models.decode(having({ max_tokens: '8k' })), { message: /^data\[1\]\.max_tokens: / })
  t.throws(() => messages.models.decode(having({ capabilities: { thinking: true } })), {
    message: /^data\[1\]\.capabilities\.thinking: /
  })
  t.throws(() => messages.models.decode('<html>'), { message: /^data: expected a list of models/ })
})
