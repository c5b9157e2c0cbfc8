import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Tapped is a request as it passed on the wire. */
export interface Tapped {
  readonly method: string
  readonly path: string
  readonly status: number
  /** The gateway's name for the exchange, if it was one. */
  readonly id: string | undefined
  /** Set for an error: what the gateway said. */
  readonly error?: string
}

/** Wiretap stands between an agent and the gateway: it passes everything on and writes down what came of it. */
export interface Wiretap {
  readonly url: string
  /** take gives what was seen since the last time. */
  take(): { readonly requests: readonly Tapped[]; readonly hosts: readonly string[] }
  close(): void
}

/**
 * wiretap starts one. It is also the proxy that agents are told to use for the rest of the world: it lets nobody
 * through, and remembers who was asked for.
 */
export async function wiretap(gateway: string): Promise<Wiretap> {
  const { hostname, port } = new URL(gateway)
  let requests: Tapped[] = []
  let hosts: string[] = []

  const forward = (from: IncomingMessage, answer: (to: IncomingMessage) => void, fail: (error: Error) => void) => {
    const { method, url: path, headers } = from
    const onward = request({ hostname, port, method, path, headers }, answer)
    onward.on('error', fail)
    return onward
  }

  const note = (from: IncomingMessage, to: IncomingMessage, error?: string) => {
    const id = to.headers['x-isthmus-id']
    requests.push({
      method: from.method ?? '',
      path: from.url ?? '',
      status: to.statusCode ?? 0,
      id: typeof id === 'string' ? id : undefined,
      ...(error !== undefined && { error })
    })
  }

  const server = createServer((from: IncomingMessage, back: ServerResponse) => {
    if (!from.url?.startsWith('/')) {
      hosts.push(from.url ?? '')
      back.writeHead(403).end()
      return
    }
    const answer = (to: IncomingMessage) => {
      back.writeHead(to.statusCode ?? 502, to.headers)
      to.pipe(back)
      let error = ''
      if ((to.statusCode ?? 0) >= 400) to.on('data', (bytes: Buffer) => (error += bytes.toString()))
      to.on('end', () => note(from, to, error === '' ? undefined : error.slice(0, 500)))
    }
    const onward = forward(from, answer, () => back.destroy())
    back.on('close', () => onward.destroy())
    from.pipe(onward)
  })
  server.on('connect', (from: IncomingMessage, socket) => {
    hosts.push(from.url ?? '')
    socket.on('error', () => {})
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  server.on('upgrade', (from: IncomingMessage, socket) => {
    socket.on('error', () => {})
    const answer = (to: IncomingMessage) => {
      note(from, to)
      socket.end(`HTTP/1.1 ${to.statusCode} ${to.statusMessage}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      to.resume()
    }
    forward(from, answer, () => socket.destroy()).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = { requests, hosts: [...new Set(hosts)] }
      requests = []
      hosts = []
      return taken
    },
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
}
