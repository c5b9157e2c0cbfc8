import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { FetchConfig } from '../../src/config/schema.ts'
import { Fetcher, FetchRefusal } from '../../src/transport/index.ts'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const NEVER = new AbortController().signal
const CONFIG: FetchConfig = { enabled: true, maxBytes: 1 << 20, timeoutMs: 10_000, maxRedirects: 2, allow: [] }

const certificate = (t: Test): { readonly key: string; readonly cert: string } | undefined => {
  const dir = t.testdir({})
  const [key, cert] = [join(dir, 'key.pem'), join(dir, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  try {
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...names]
    execFileSync('openssl', args, { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
}
const pair = certificate(t)

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** host is an https server on the loopback and a fetcher that trusts it. */
async function host(t: Test, answer: Answer, config: Partial<FetchConfig> = {}) {
  const server = createServer(pair ?? {}, answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const settings = { ...CONFIG, allow: ['LocalHost', '127.0.0.1'], ...config }
  const fetcher = new Fetcher(settings, { ca: pair?.cert })
  t.teardown(async () => {
    await fetcher.close()
    server.closeAllConnections()
    server.close()
  })
  const budget = { leftBytes: settings.maxBytes }
  const get = (path: string, signal = NEVER) => fetcher.fetch(`https://localhost:${port}${path}`, budget, signal)
  return { port, fetcher, budget, get }
}
const refusal = (message: string | RegExp) => ({ name: 'Error', message })

t.test('addresses that are not public are refused in every notation, before anything is sent', async t => {
  const fetcher = new Fetcher(CONFIG)
  t.teardown(() => fetcher.close())
  const hosts = [
    ...['127.0.0.1', '10.0.0.1', '172.16.9.9', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1'],
    ...['2130706433', '0x7f.1', '0177.0.0.1', '127.1'],
    ...['[::1]', '[::]', '[fe80::1]', '[fc00::1]', '[::ffff:127.0.0.1]', '[::ffff:a9fe:a9fe]', '[64:ff9b::7f00:1]'],
    ...['localhost', 'LOCALHOST']
  ]
  for (const name of hosts) {
    const fetched = fetcher.fetch(`https://${name}/x`, { leftBytes: 1 }, NEVER)
    await t.rejects(fetched, refusal('its host has no public address'), name)
  }
})

t.test('only https is fetched, from a URL that can be read and holds no credentials', async t => {
  const fetcher = new Fetcher(CONFIG)
  t.teardown(() => fetcher.close())
  const why = (url: string) => fetcher.fetch(url, { leftBytes: 1 }, NEVER).then(String, (error: Error) => error.message)
  t.equal(await why('http://files.example/a.png'), 'only https is fetched')
  t.equal(await why('file:///etc/passwd'), 'only https is fetched')
  t.equal(await why('a.png'), 'the URL cannot be read')
  t.equal(await why(`https://files.example/${'a'.repeat(9000)}`), 'the URL cannot be read')
  t.equal(await why('https://user:word@files.example/a.png'), 'the URL holds credentials')
})

if (pair === undefined) t.pass('there is no openssl here to make a certificate with')
else {
  t.test('a host that the config allows may have any address; a file is told by its first bytes', async t => {
    const { get, budget, fetcher, port } = await host(t, (request, response) => {
      const type = request.url === '/png' ? 'text/html' : 'Text/CSV; charset=utf-8'
      response.writeHead(200, { 'content-type': type }).end(request.url === '/png' ? PNG : 'a,b')
    })
    t.same(await get('/png'), { mime: 'image/png', data: PNG.toString('base64') })
    t.same(await get('/table'), { mime: 'text/csv', data: Buffer.from('a,b').toString('base64') })
    t.equal(budget.leftBytes, (1 << 20) - PNG.length - 3)
    t.match(await fetcher.fetch(`https://127.0.0.1:${port}/png`, budget, NEVER), { mime: 'image/png' })
  })

  t.test('a redirect is followed as far as it may, and never to where one may not ask', async t => {
    const to = new Map([
      ['/a', '/b'],
      ['/b', '/png'],
      ['/loop', '/loop'],
      ['/plain', 'http://files.example/'],
      ['/inside', 'https://10.0.0.1/'],
      ['/mapped', 'https://[::ffff:169.254.169.254]/latest/meta-data/']
    ])
    const { get } = await host(t, ({ url = '' }, response) => {
      const location = to.get(url)
      if (location === undefined) response.end(PNG)
      else response.writeHead(302, { location }).end('moved')
    })
    t.match(await get('/a'), { mime: 'image/png' })
    await t.rejects(get('/loop'), refusal('it redirects more than 2 times'))
    await t.rejects(get('/plain'), refusal('only https is fetched'))
    await t.rejects(get('/inside'), refusal('its host has no public address'))
    await t.rejects(get('/mapped'), refusal('its host has no public address'))
  })

  t.test('what is too large is not read to its end, whether its length is told or not', async t => {
    const { get, budget } = await host(
      t,
      ({ url }, response) => {
        if (url === '/told') response.writeHead(200, { 'content-length': '2000' }).write('x')
        else {
          const write = () => {
            while (!response.destroyed && response.write('x'.repeat(600)));
            response.once('drain', write)
          }
          write()
        }
      },
      { maxBytes: 1000 }
    )
    await t.rejects(get('/told'), refusal(/^it is larger than .*\(fetch\.maxBytes\)$/))
    t.equal(budget.leftBytes, 1000)
    await t.rejects(get('/endless'), refusal(/^it is larger than/))
    t.ok(budget.leftBytes < 0, 'what was read counts')
    await t.rejects(get('/endless'), refusal(/^it is larger than/), 'the next file of the request has nothing left')
  })

  t.test('what takes too long is given up', async t => {
    const { get } = await host(t, ({ url }, response) => void (url === '/slow' && response.writeHead(200).write('x')), {
      timeoutMs: 200
    })
    await t.rejects(get('/slow'), refusal('it took longer than 200 ms'))
    await t.rejects(get('/silent'), refusal('it took longer than 200 ms'))
  })

  t.test('the reason of who gives up first is kept', async t => {
    const leave = new AbortController()
    const { get } = await host(t, () => leave.abort(new TypeError('left')))
    await t.rejects(get('/', leave.signal), { name: 'TypeError', message: 'left' })
  })

  t.test('an answer that is no file is told as what it is', async t => {
    const { get } = await host(t, ({ url }, response) => {
      if (url === '/gone') response.writeHead(404).end('no')
      else if (url === '/zip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x')
      else if (url === '/cut') response.writeHead(200, { 'content-length': '10' }).end('x')
      else response.end()
    })
    await t.rejects(get('/gone'), refusal('its host answered 404'))
    await t.rejects(get('/zip'), refusal('it is compressed'))
    await t.rejects(get('/empty'), refusal('it is empty'))
  })

  t.test('a certificate that nobody vouches for is refused', async t => {
    const { port } = await host(t, (_request, response) => void response.end(PNG))
    const stranger = new Fetcher({ ...CONFIG, allow: ['localhost'] })
    t.teardown(() => stranger.close())
    const fetched = stranger.fetch(`https://localhost:${port}/`, { leftBytes: 100 }, NEVER)
    await t.rejects(fetched, { message: /^its host cannot be reached \(.*CERT.*\)$/ })
    await fetched.catch(error => t.ok(error instanceof FetchRefusal))
  })
}
