import { lookup as lookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, type buildConnector, type Dispatcher } from 'undici'
import type { FetchConfig } from '../config/schema.ts'
import { mediaTypeOf, sniffMediaType } from '../wire/index.ts'

/** FetchedFile is a file that was fetched, as the parts of a message hold it. */
export interface FetchedFile {
  readonly mime: string
  /** Base64. */
  readonly data: string
}

/** FetchBudget is how much may still be fetched for one request. */
export interface FetchBudget {
  leftBytes: number
}

/** FetchRefusal says in a few words why there is no file; they are for the client. */
export class FetchRefusal extends Error {}

const CONNECTIONS = 4
const MAX_URL = 8192

/**
 * Fetcher fetches files from URLs that clients name. It asks public addresses over https alone: a literal address is
 * looked at before anything is sent, a name when its address is known, and that very address is connected to. Proxies
 * are passed by, as they would resolve names once more.
 */
export class Fetcher {
  #config: FetchConfig
  #allow: ReadonlySet<string>
  #agent: Agent

  /** `connect` adds to how connections are made, such as an authority to trust. */
  constructor(config: FetchConfig, connect: Partial<buildConnector.BuildOptions> = {}) {
    this.#config = config
    this.#allow = new Set(config.allow.map(host => host.toLowerCase()))
    const timeout = config.timeoutMs
    this.#agent = new Agent({
      connections: CONNECTIONS,
      pipelining: 1,
      allowH2: false,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      connect: { ...connect, timeout, lookup: publicLookup(this.#allow) }
    })
  }

  /** fetch gives the file, or throws a {@link FetchRefusal}; what the signal aborts with is thrown as it is. */
  async fetch(url: string, budget: FetchBudget, signal: AbortSignal): Promise<FetchedFile> {
    const { timeoutMs } = this.#config
    const limit = timeoutMs === 0 ? undefined : AbortSignal.timeout(timeoutMs)
    const both = limit === undefined ? signal : AbortSignal.any([signal, limit])
    try {
      return await this.#follow(url, budget, both)
    } catch (thrown) {
      signal.throwIfAborted()
      if (thrown instanceof FetchRefusal) throw thrown
      throw new FetchRefusal(limit?.aborted ? `it took longer than ${timeoutMs} ms` : reasonOf(thrown), {
        cause: thrown
      })
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  async #follow(url: string, budget: FetchBudget, signal: AbortSignal): Promise<FetchedFile> {
    let at = this.#allowed(url, undefined)
    for (let hops = 0; ; hops++) {
      const reply = await this.#agent.request({
        origin: at.origin,
        path: at.pathname + at.search,
        method: 'GET',
        headers: { accept: '*/*', 'user-agent': 'isthmus' },
        signal
      })
      const { location } = reply.headers
      if (reply.statusCode < 300 || reply.statusCode >= 400 || typeof location !== 'string') {
        return await readFile(reply, budget)
      }
      // What a redirect has to say is of no interest, and its connection is not worth the wait.
      reply.body.on('error', () => {}).destroy()
      if (hops >= this.#config.maxRedirects) throw new FetchRefusal(`it redirects more than ${hops} times`)
      at = this.#allowed(location, at)
    }
  }

  /** allowed reads an address, and refuses what must not be asked whatever its name resolves to. */
  #allowed(url: string, base: URL | undefined): URL {
    const at = url.length > MAX_URL ? null : URL.parse(url, base?.href)
    if (at === null) throw new FetchRefusal('the URL cannot be read')
    if (at.protocol !== 'https:') throw new FetchRefusal('only https is fetched')
    if (at.username !== '' || at.password !== '') throw new FetchRefusal('the URL holds credentials')
    const host = hostOf(at)
    // Node does not look literal addresses up, so that nothing later would see them.
    if (isIP(host) !== 0 && !isPublic(host) && !this.#allow.has(host)) throw new FetchRefusal(NOT_PUBLIC)
    return at
  }
}

const NOT_PUBLIC = 'its host has no public address'

async function readFile(reply: Dispatcher.ResponseData, budget: FetchBudget): Promise<FetchedFile> {
  const { statusCode, headers, body } = reply
  try {
    if (statusCode !== 200) throw new FetchRefusal(`its host answered ${statusCode}`)
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') throw new FetchRefusal('it is compressed')
    const told = Number(headers['content-length'] ?? 0)
    if (told > budget.leftBytes) throw new FetchRefusal(TOO_LARGE)
    const chunks: Buffer[] = []
    for await (const chunk of body as AsyncIterable<Buffer>) {
      budget.leftBytes -= chunk.length
      if (budget.leftBytes < 0) throw new FetchRefusal(TOO_LARGE)
      chunks.push(chunk)
    }
    const bytes = Buffer.concat(chunks)
    if (bytes.length === 0) throw new FetchRefusal('it is empty')
    const type = headers['content-type']
    const mime = sniffMediaType(bytes) ?? mediaTypeOf(typeof type === 'string' ? type : undefined)
    return { mime: mime ?? 'application/octet-stream', data: bytes.toString('base64') }
  } finally {
    body.on('error', () => {}).destroy()
  }
}

const TOO_LARGE = 'it is larger than what may be fetched for one request (fetch.maxBytes)'

/** publicLookup resolves a name, and gives its addresses only if all of them are public. */
function publicLookup(allow: ReadonlySet<string>): LookupFunction {
  return (host, options, done) => {
    lookupAddress(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      const [first] = addresses
      if (first === undefined || (!allow.has(host) && !addresses.every(({ address }) => isPublic(address)))) {
        return done(new FetchRefusal(NOT_PUBLIC), '')
      }
      if (options.all) done(null, addresses)
      else done(null, first.address, first.family)
    })
  }
}

function isPublic(address: string): boolean {
  const ip = ipaddr.process(address)
  return ip.range() === 'unicast'
}

const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '')

/** reasonOf puts a failed connection in words: a code of the system, never an address. */
function reasonOf(thrown: unknown): string {
  const { code, cause } = thrown as { readonly code?: unknown; readonly cause?: unknown }
  if (cause instanceof FetchRefusal) return cause.message
  return `its host cannot be reached (${typeof code === 'string' ? code : 'unknown reason'})`
}
