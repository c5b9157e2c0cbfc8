import { lstatSync, unlinkSync } from 'node:fs'
import { type AddressInfo, connect, type ListenOptions, type Server } from 'node:net'
import type { ServerConfig } from '../config/index.ts'
import { ISTHMUS_SERVER_LISTEN } from '../errors/index.ts'

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is in use by another process',
  EACCES: 'this process may not use it',
  EADDRNOTAVAIL: 'this machine does not have that address',
  ENOTFOUND: 'there is no such host',
  EINVAL: 'it is no valid address, or too long for a socket'
}

/** listen starts listening and gives the address as a person would type it. */
export async function listen(server: Server, config: ServerConfig): Promise<string> {
  const { socket, port } = config
  // One meaning of localhost on every machine.
  const host = config.host === 'localhost' ? '127.0.0.1' : config.host
  const where = socket ?? authority(host, port)
  try {
    if (socket !== undefined) await listenOnSocket(server, socket)
    else await bind(server, { host, port })
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw ISTHMUS_SERVER_LISTEN.with({ cause: thrown }, where, REASONS[code ?? ''] ?? code ?? message)
  }
  return addressOf(server, config)
}

/** addressOf gives the base URL that clients on this machine use. */
function addressOf(server: Server, { tls, basePath }: ServerConfig): string {
  const address = server.address()
  if (address === null) return ''
  if (typeof address === 'string') return `unix:${address}`
  const { port } = address as AddressInfo
  const host = address.address === '0.0.0.0' ? '127.0.0.1' : address.address === '::' ? '::1' : address.address
  return `${tls === undefined ? 'http' : 'https'}://${authority(host, port)}${basePath}`
}

const authority = (host: string, port: number): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

/** listenOnSocket takes over the file that a process which was killed left behind, and never one that is in use. */
async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (await isLeftBehind(path)) unlinkSync(path)
  await bind(server, { path })
}

function bind(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function isLeftBehind(path: string): Promise<boolean> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return Promise.resolve(false)
  return new Promise(resolve => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(false)
    })
    probe.once('error', error => resolve((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'))
  })
}
