import {
  dataUrl,
  hostedOptions,
  isObject,
  jsonText,
  numberOf,
  parseDataUrl,
  parseJson,
  parseObject,
  restOf,
  stringOf
} from '@isthmus/core/wire'
import t from 'tap'

t.test('a base64 data URL is read in any case and with parameters', async t => {
  t.same(parseDataUrl('data:image/png;base64,AAAA'), { mime: 'image/png', data: 'AAAA' })
  t.same(parseDataUrl('DATA:Image/PNG;charset=utf-8; BASE64,AAAA'), { mime: 'image/png', data: 'AAAA' })
  t.same(parseDataUrl('data:;base64,'), { mime: 'application/octet-stream', data: '' })
  t.same(parseDataUrl(dataUrl('text/plain', 'YQ==')), { mime: 'text/plain', data: 'YQ==' })
})

t.test('what is no base64 data URL is left alone', async t => {
  for (const url of ['https://example.org/a;base64,b', 'data:text/plain,hello', 'data:image/png;base64', '', 'data']) {
    t.equal(parseDataUrl(url), undefined, url)
  }
})

t.test('JSON that is wrong is undefined, not an exception', async t => {
  t.equal(parseJson('{'), undefined)
  t.same(parseJson('[1]'), [1])
  t.same(parseObject('{"a":1}'), { a: 1 })
  for (const text of ['[1]', 'null', '"a"', '', '{']) t.equal(parseObject(text), undefined, text)
  t.notOk([null, [], 'a', 1, undefined].some(isObject))
})

t.test('scalars of another type are absent', async t => {
  t.equal(stringOf(''), '')
  t.equal(stringOf(null), undefined)
  t.equal(numberOf(0), 0)
  for (const value of ['1', Number.NaN, Infinity, null]) t.equal(numberOf(value), undefined)
})

t.test('the members that nobody read are kept, whatever they are called', async t => {
  const known = new Set(['a'])
  t.equal(restOf({ a: 1 }, known), undefined)
  const rest = restOf(JSON.parse('{"a":1,"b":null,"__proto__":{"x":1},"constructor":2}'), known)
  t.same(Object.keys(rest ?? {}), ['b', '__proto__', 'constructor'])
  t.equal(JSON.stringify(rest), '{"b":null,"__proto__":{"x":1},"constructor":2}')
  t.equal(({} as { x?: number }).x, undefined, 'no prototype was touched')
})

t.test('the options of a hosted tool are what it says beside what it is', async t => {
  t.same(hostedOptions({ type: 'web_search', name: 'web_search', max_uses: 3 }), { max_uses: 3 })
  t.same(hostedOptions({ googleSearch: { timeRange: 'week' } }), { timeRange: 'week' })
  t.same(hostedOptions({ type: 'mcp', server: { url: 'x' } }), { server: { url: 'x' } })
  t.same(hostedOptions('web_search'), {})
})

t.test('text is written as JSON.stringify writes it, whatever stands in it', async t => {
  for (let code = 0; code <= 0xffff; code++) {
    const text = `a${String.fromCharCode(code)}b`
    if (jsonText(text) !== JSON.stringify(text)) t.fail(`U+${code.toString(16)}`)
  }
  for (const text of ['', 'plain', '東京 naïve', 'two 😀 halves', '\ud83d alone', 'a "quote" and a \\']) {
    t.equal(jsonText(text), JSON.stringify(text))
  }
})
