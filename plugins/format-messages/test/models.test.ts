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
    max_tokens: null
  })
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
