import t, { type Test } from 'tap'
import { type Middleware, type Provider, providerFrom } from '../../src/contract/index.ts'
import type { FeatureTable, GenerateRequest, IrRequest, Part } from '../../src/ir/index.ts'
import { type FetchedFile, FetchRefusal } from '../../src/transport/index.ts'
import { harness } from './support/harness.ts'
import { tiny } from './support/tiny-format.ts'

const url = (address: string): Part => ({ type: 'image', source: { kind: 'url', url: address }, detail: 'low' })
const document = (address: string): Part => ({ type: 'file', source: { kind: 'url', url: address } })
const PNG: FetchedFile = { mime: 'image/png', data: 'AAAA' }
const PDF: FetchedFile = { mime: 'application/pdf', data: 'BBBB' }
const INLINE_ONLY: Partial<FeatureTable> = { 'input.image.url': 'rejected', 'input.file.url': 'rejected' }

interface Rigged {
  /** Requests as the upstreams' encoders got them. */
  readonly encoded: IrRequest[]
  readonly fetched: string[]
  ask(headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
}

type Fetch = (url: string, signal: AbortSignal) => Promise<FetchedFile>

/** rigged asks providers with these tables with a conversation of these parts. */
async function rigged(
  t: Test,
  parts: readonly Part[],
  tables: Readonly<Record<string, Partial<FeatureTable>>>,
  fetch: Fetch | undefined
): Promise<Rigged> {
  const encoded: IrRequest[] = []
  const fetched: string[] = []
  const provider = (features: Partial<FeatureTable>, at: number): Provider => {
    const base = providerFrom(tiny(), {
      path: '/',
      features,
      known: [{ id: 'm' }],
      send: async () => {
        if (at === 0 && Object.keys(tables).length > 1) throw Object.assign(new Error(), { code: 'ECONNREFUSED' })
        const body = new TextEncoder().encode('{"say":"seen","done":true}')
        const head = { status: 200, headers: { 'content-type': 'application/json' } }
        return {
          head,
          body: (async function* () {
            yield body
          })()
        }
      }
    })
    return {
      ...base,
      encode(request, target) {
        encoded.push(request)
        return base.encode(request, target)
      }
    }
  }
  const middleware: Middleware = {
    request(x) {
      const request = x.request as GenerateRequest
      x.request = { ...request, messages: [...request.messages, { role: 'user', parts }] }
    }
  }
  const providers = Object.fromEntries(Object.entries(tables).map(([id, table], at) => [id, provider(table, at)]))
  const { ask } = await harness(t, {
    providers,
    middleware: { shows: middleware },
    ...(fetch && {
      fetcher: {
        fetch(address, _budget, signal) {
          fetched.push(address)
          return fetch(address, signal)
        }
      }
    })
  })
  return { encoded, fetched, ask: (headers, signal) => ask({ model: 'm', text: 'look' }, headers, signal) }
}
const partsOf = (request: IrRequest | undefined) => (request as GenerateRequest).messages.at(-1)?.parts

t.test('what an upstream does not fetch itself the gateway fetches where it may, and says so', async t => {
  const result: Part = { type: 'tool_result', callId: 'c', content: [url('https://a.example/2.png')] }
  const parts = [
    url('https://a.example/1.png'),
    url('https://a.example/1.png'),
    document('https://a.example/d'),
    result
  ]
  const { encoded, fetched, ask } = await rigged(t, parts, { blind: INLINE_ONLY }, async address =>
    address.endsWith('/d') ? PDF : PNG
  )
  const reply = await ask()
  t.equal(reply.status, 200)
  t.equal(reply.headers.get('x-isthmus-gaps'), 'input.image.url=emulated, input.file.url=emulated')
  t.same(fetched.sort(), ['https://a.example/1.png', 'https://a.example/2.png', 'https://a.example/d'], 'each once')
  const image = { type: 'image', source: { kind: 'inline', ...PNG }, detail: 'low' }
  t.same(partsOf(encoded[0]), [
    image,
    image,
    { type: 'file', source: { kind: 'inline', ...PDF } },
    { ...result, content: [image] }
  ])
})

t.test('without the operator nothing is fetched', async t => {
  const { encoded, ask } = await rigged(t, [url('https://a.example/1.png')], { blind: INLINE_ONLY }, undefined)
  const reply = await ask()
  t.equal(reply.status, 400)
  t.match(await reply.text(), 'input.image.url')
  t.same(encoded, [])
})

t.test('an upstream that fetches itself is given the URL', async t => {
  const parts = [url('https://a.example/1.png'), document('https://a.example/d')]
  const tables = { seeing: { 'input.file.url': 'rejected' } } as const
  const { encoded, fetched, ask } = await rigged(t, parts, tables, async () => PDF)
  t.equal((await ask()).status, 200)
  t.same(fetched, ['https://a.example/d'])
  t.match(partsOf(encoded[0]), [parts[0], { source: { kind: 'inline' } }])
})

t.test('an upstream that takes neither form is not asked', async t => {
  const neither = { 'input.image.url': 'rejected', 'input.image.inline': 'rejected' } as const
  const { fetched, ask } = await rigged(t, [url('https://a.example/1.png')], { blind: neither }, async () => PNG)
  t.equal((await ask()).status, 400)
  t.same(fetched, [])
})

t.test('the next candidate gets the same files without fetching them anew', async t => {
  const tables = { down: INLINE_ONLY, blind: INLINE_ONLY }
  const { encoded, fetched, ask } = await rigged(t, [url('https://a.example/1.png')], tables, async () => PNG)
  t.equal((await ask()).status, 200)
  t.equal(encoded.length, 2)
  t.same(partsOf(encoded[0]), partsOf(encoded[1]))
  t.equal(fetched.length, 1)
})

t.test('a file that cannot be had fails the request and is named, without what may open it', async t => {
  const inline: Part = { type: 'image', source: { kind: 'inline', ...PNG } }
  const parts = [inline, url('https://a.example/secret?sig=opens')]
  const { encoded, ask } = await rigged(t, parts, { blind: INLINE_ONLY, next: INLINE_ONLY }, async () => {
    throw new FetchRefusal('its host answered 404')
  })
  const reply = await ask()
  t.equal(reply.status, 400)
  const text = await reply.text()
  t.match(text, "The gateway cannot fetch image 2 of the request from 'a.example': its host answered 404")
  t.notMatch(text, /secret|opens/)
  t.same(encoded, [])
})

t.test('an image that turns out to be something else fails the request', async t => {
  const page = async () => ({ mime: 'text/html', data: 'AAAA' })
  const { ask } = await rigged(t, [url('https://a.example/1.png')], { blind: INLINE_ONLY }, page)
  t.match(await (await ask()).text(), 'it is text/html, not an image')
})

t.test('one file that cannot be had stops the others', async t => {
  const stopped: string[] = []
  const parts = ['1', '2', '3', '4', '5', '6'].map(name => url(`https://a.example/${name}`))
  const { fetched, ask } = await rigged(t, parts, { blind: INLINE_ONLY }, (address, signal) => {
    if (address.endsWith('/4')) return Promise.reject(new FetchRefusal('it is empty'))
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped.push(address)
        reject(signal.reason)
      })
    })
  })
  t.match(await (await ask()).text(), 'image 4')
  t.equal(fetched.length, 4, 'so many at a time')
  t.equal(stopped.length, 3)
})

t.test('a client that leaves stops what is being fetched', async t => {
  const leave = new AbortController()
  const stopped = Promise.withResolvers<void>()
  const { encoded, ask } = await rigged(t, [url('https://a.example/1.png')], { blind: INLINE_ONLY }, (_url, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason)
        stopped.resolve()
      })
      leave.abort()
    })
  })
  await t.rejects(ask({}, leave.signal))
  await stopped.promise
  t.same(encoded, [])
})
