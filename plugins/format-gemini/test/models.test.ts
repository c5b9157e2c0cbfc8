import { isGatewayError, type Modality, type ModelRow, type RequestHead } from '@isthmus/core'
import t from 'tap'
import { decodeModels, encodeModel, encodeModels } from '../src/models.ts'
import { sdk, wired } from './support/replies.ts'

const head = (query: Record<string, string> = {}): RequestHead => ({
  method: 'GET',
  path: '/v1beta/models',
  query,
  params: {},
  headers: {}
})
const rows: readonly ModelRow[] = Array.from({ length: 120 }, (_, at) => ({ id: `v/m${at}`, provider: 'p' }))
const idsOf = (page: unknown): string[] => decodeModels(page).map(({ id }) => id)

t.test('a list is read with the facts it tells', async t => {
  const models = [
    { name: 'models/gemini-2.5-pro', displayName: 'Pro', inputTokenLimit: 1048576, outputTokenLimit: 65536 },
    { name: 'tunedModels/mine', description: 'Mine.', thinking: false },
    { displayName: 'nameless' },
    null
  ]
  t.strictSame(decodeModels({ models }), [
    { id: 'gemini-2.5-pro', name: 'Pro', contextTokens: 1048576, maxOutputTokens: 65536 },
    { id: 'tunedModels/mine', description: 'Mine.', reasoning: false }
  ])
  t.throws(() => decodeModels({}), { message: /^models: expected a list of models/ })
  const wrong = [{ name: 'models/a' }, { name: 'models/b', inputTokenLimit: -5 }]
  t.throws(() => decodeModels({ models: wrong }), { message: /^models\[1\]\.inputTokenLimit: / })
})

t.test('a model is shown as the service shows it, without facts that are not known', async t => {
  const row = { id: 'v/m', provider: 'p', name: 'M', contextTokens: 10, maxOutputTokens: 5 }
  t.match(encodeModel(row), { name: 'models/v/m', displayName: 'M', inputTokenLimit: 10, outputTokenLimit: 5 })
  t.notOk('inputTokenLimit' in encodeModel({ id: 'm', provider: 'p' }))
  t.strictSame(decodeModels({ models: [encodeModel(row)] }), [
    { id: 'v/m', name: 'M', contextTokens: 10, maxOutputTokens: 5 }
  ])
  const known = { id: 'm', provider: 'p', description: 'Small.' }
  t.match(encodeModel({ ...known, reasoning: {} }), { description: 'Small.', thinking: true })
  t.match(encodeModel({ ...known, reasoning: false }), { thinking: false })
  t.notOk('thinking' in encodeModel(known))
})

t.test('what can be asked of a model is told by what it writes, or by its name where that is not known', async t => {
  const methods = (id: string, output?: readonly Modality[]) =>
    encodeModel({ id, provider: 'p', ...(output && { output }) }).supportedGenerationMethods
  t.match(methods('m', ['text']), ['generateContent'])
  t.match(methods('m', ['embeddings']), ['embedContent'])
  t.match(methods('embedding-talk', ['text']), ['generateContent'])
  t.match(methods('text-embedding-3-small'), ['embedContent'])
})

t.test('pages follow one another until the list is over', async t => {
  t.equal(idsOf(encodeModels(rows, head())).length, 50)
  const seen: string[] = []
  let pageToken: string | undefined = ''
  while (pageToken !== undefined) {
    const page = encodeModels(rows, head({ pageSize: '50', pageToken }))
    seen.push(...idsOf(page))
    pageToken = page.nextPageToken as string | undefined
  }
  t.strictSame(
    seen,
    rows.map(({ id }) => id)
  )
  t.equal(idsOf(encodeModels(rows, head({ pageSize: '5000' }))).length, 120)
  t.strictSame(wired(encodeModels([], head())), { models: [] })
  for (const query of [{ pageSize: 'many' }, { pageSize: '-1' }, { pageToken: 'unknown' }]) {
    try {
      encodeModels(rows, head(query))
    } catch (thrown) {
      t.ok(isGatewayError(thrown) && thrown.kind === 'invalid_request')
      continue
    }
    t.fail(`${JSON.stringify(query)} is taken`)
  }
})

t.test('the vendor’s client reads the list', async t => {
  const pager = await sdk(JSON.stringify(encodeModels(rows.slice(0, 3), head())), 'application/json').models.list()
  t.strictSame(
    pager.page.map(({ name }) => name),
    ['models/v/m0', 'models/v/m1', 'models/v/m2']
  )
})
