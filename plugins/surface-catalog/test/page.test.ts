import t, { type Test } from 'tap'
import { html } from '../src/html.ts'
import { readablePrice, readableTokens } from '../src/readable.ts'
import { manyRows, type UpOptions, up } from './support/house.ts'

async function ask(t: Test, options?: UpOptions) {
  const host = await up(t, options)
  const get = async (url: string, headers: Record<string, string> = {}) => host.http.inject({ url, headers })
  const page = async (query = '') => (await get(`/models${query}`)).body
  return { get, page }
}

/** namesIn are the models of a page, in order. */
const namesIn = (page: string) => [...page.matchAll(/<a class="name"[^>]*>([^<]*)</g)].map(([, name]) => name)

t.test('the page is whole without its script', async t => {
  const { get } = await ask(t)
  const reply = await get('/models')
  t.equal(reply.statusCode, 200)
  t.equal(reply.headers['content-type'], 'text/html; charset=utf-8')
  t.match(namesIn(reply.body), ['economy', 'sleeping', 'Claude Haiku 4.5', 'Gemini 2.5 Flash Lite', 'free/tiny'])
  t.match(reply.body, /stands for Claude Haiku 4\.5/)
  t.match(reply.body, /ends 2026-12-31/)
  for (const text of ['7 models', '200K', '1.05M', '$1.00', '$0.40', 'free', 'structured outputs', 'OpenRouter']) {
    t.ok(reply.body.includes(text), text)
  }
})

t.test('a form and links do what the script saves waiting for', async t => {
  const { page } = await ask(t, { rows: manyRows(120) })
  const first = await page('?features=tools&context=100000&q=')
  t.match(first, /<option value="tools" selected>/)
  t.match(first, /href="\/models\?features=tools&amp;context=100000&amp;sort=input-price-low-to-high"/)
  t.match(first, /href="\/api\/v1\/models\?features=tools&amp;context=100000"/)
  const sorted = await page('?sort=input-price-low-to-high')
  t.match(sorted, /aria-sort="ascending"><a href="\/models\?sort=input-price-high-to-low">Input/)
  t.match(
    await page('?sort=context-high-to-low'),
    /aria-sort="descending"><a href="\/models\?sort=context-low-to-high"/
  )
  const pages = [await page(), await page('?offset=50'), await page('?offset=100')]
  t.equal(new Set(pages.flatMap(namesIn)).size, 120)
  t.match(pages[0], /<a rel="next" href="\/models\?offset=50">/)
  t.notMatch(pages[0], 'rel="prev"')
  t.match(pages[1], /<a rel="prev" href="\/models">/)
  t.match(pages[1], /Page 2 of 3/)
  t.match(pages[2], /120 models, 101 to 120/)
  t.notMatch(pages[2], 'rel="next"')
})

t.test('nothing that an upstream or a link says becomes markup', async t => {
  const { page } = await ask(t)
  const evil = '"><script>alert(1)</script>'
  const pages = [
    await page(),
    await page(`?q=${encodeURIComponent(evil)}`),
    await page(`?providers=${encodeURIComponent(evil)}&features=${encodeURIComponent(evil)}`),
    await page(`?sort=${encodeURIComponent(evil)}`)
  ]
  for (const text of pages) {
    t.notMatch(text, '<img')
    t.notMatch(text, '<script>')
    t.equal(text.match(/<script/g)?.length, 1, 'its own')
    t.notMatch(text, / on\w+="(?!document)/)
  }
  t.match(pages[0], '&lt;img src=x onerror=&quot;document.title=1&quot;&gt;')
})

t.test('markup is made of text, and of markup alone', async t => {
  t.equal(
    html`<p title="${`"'&<>`}">${[1, html`<b>${'<'}</b>`]}${undefined}${false}</p>`.text,
    '<p title="&quot;&#39;&amp;&lt;&gt;">1<b>&lt;</b></p>'
  )
})

t.test('the page allows nothing from elsewhere, and its files are there', async t => {
  const { get, page } = await ask(t)
  const { headers } = await get('/models')
  t.match(headers, { 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
  t.match(headers['content-security-policy'], /^default-src 'none'; script-src 'self'; style-src 'self'/)
  t.notMatch(headers['content-security-policy'], /unsafe|https?:|\*/)
  const files = [...(await page()).matchAll(/(?:src|href)="(\/models\/[^"]+\?[^"]+)"/g)].map(([, path = '']) => path)
  t.equal(files.length, 4)
  for (const path of files) {
    const reply = await get(path)
    t.equal(reply.statusCode, 200, path)
    t.match(reply.headers['content-type'], /^(text\/(css|javascript)|image\/svg)/)
    t.equal((await get(path, { 'if-none-match': String(reply.headers.etag) })).statusCode, 304, path)
    t.notMatch(reply.body, /url\(|@import|https?:\/\/(?!www\.w3\.org)/, `${path} loads nothing`)
  }
})

t.test('addresses begin with the base path', async t => {
  const { page } = await ask(t, { basePath: '/llm', rows: manyRows(60) })
  const text = await page('?q=vendor')
  const addresses = [...text.matchAll(/(?:src|href|action)="([^"]+)"/g)].map(([, path]) => path)
  t.ok(addresses.length > 10)
  for (const path of addresses) t.match(path, /^\/llm\/(models|api\/v1\/models)/)
})

t.test('a filter that makes no sense is told on the page', async t => {
  const { get } = await ask(t)
  const reply = await get('/models?max_price=cheap')
  t.equal(reply.statusCode, 400)
  t.match(reply.headers['content-type'], /^text\/html/)
  t.match(reply.body, /max_price: expected a number of at least 0/)
  t.match(await (await get('/models?q=nothing+like+it')).body, /No model fits/)
})

t.test('the page of a model tells all that is known, and who serves it', async t => {
  const { get } = await ask(t)
  const one = async (name: string) => (await get(`/models/${name}`)).body
  const haiku = await one('anthropic/claude-haiku-4.5')
  const said = [
    '2025-10-15',
    'when asked; effort low, high; budget in tokens',
    'cache write, one hour $2.00',
    'each web search $0.01',
    'anthropic/claude-haiku-4-5',
    'DE'
  ]
  for (const text of said) t.ok(haiku.includes(text), text)
  t.match(await one('google/gemini-2.5-flash-lite'), 'over 200K: $0.20 in, $0.80 out')
  t.match(await one('free/tiny'), '<dt>Reasoning</dt><dd>no</dd>')
  const economy = await one('economy')
  t.match(economy, 'Stands for <a href="/models/anthropic/claude-haiku-4.5">Claude Haiku 4.5</a> now.')
  t.match(await one('sleeping'), 'Nobody, now.')
  t.match(await one('claude-haiku-4-5-20251001'), '<h1>Claude Haiku 4.5</h1>', 'by any of its names')
  const odd = await one(encodeURIComponent('house/<img src=x onerror="document.title=1">'))
  t.match(odd, '<h1>&lt;img src=x')
  t.notMatch(odd, /<img|<script/)
  const nobody = await get('/models/no/<b>such')
  t.equal(nobody.statusCode, 404)
  t.match(nobody.body, /There is no model &#39;no\/&lt;b&gt;such&#39;/)
})

t.test('there is no page where none is wanted, and its title is chosen', async t => {
  const none = await ask(t, { options: { page: false } })
  t.equal((await none.get('/models')).statusCode, 404)
  t.equal((await none.get('/models/page.css')).statusCode, 404)
  t.equal((await none.get('/api/v1/models')).statusCode, 200)
  const { page } = await ask(t, { options: { title: 'Models <of> the house' } })
  t.match(await page(), '<title>Models &lt;of&gt; the house</title>')
})

t.test('numbers are written as people say them', async t => {
  const tokens: readonly (readonly [number | undefined, string])[] = [
    [undefined, '–'],
    [512, '512'],
    [8192, '8K'],
    [128_000, '128K'],
    [999_600, '1M'],
    [1_048_576, '1.05M'],
    [10_000_000, '10M']
  ]
  for (const [count, text] of tokens) t.equal(readableTokens(count), text)
  const prices: readonly (readonly [number | undefined, string])[] = [
    [undefined, '–'],
    [0, 'free'],
    [0.15, '$0.15'],
    [0.0375, '$0.0375'],
    [2.5, '$2.50'],
    [75, '$75.00']
  ]
  for (const [price, text] of prices) t.equal(readablePrice(price), text)
})
