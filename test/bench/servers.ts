import { pathToFileURL } from 'node:url'
import { Child } from './child.ts'
import type { ServerName } from './variants.ts'

const BINARY = new URL('../../core/bin/isthmus.js', import.meta.url)
const config = (name: string) => new URL(`./${name}.config.ts`, import.meta.url).pathname

/** gateway starts the real binary with one of the bench's config files. */
const gateway = (name: string, upstreamPort: number, configName: string, env: Readonly<Record<string, string>>) =>
  new Child(name, BINARY, {
    args: ['start', '--config', config(configName)],
    env: {
      OPENAI_API_KEY: 'bench',
      ANTHROPIC_API_KEY: 'bench',
      OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
      ANTHROPIC_BASE_URL: `http://127.0.0.1:${upstreamPort}`,
      GEMINI_API_KEY: 'bench',
      GEMINI_BASE_URL: `http://127.0.0.1:${upstreamPort}`,
      ...env
    }
  })

/** startGateway starts Isthmus from its TypeScript sources. */
export const startGateway = (upstreamPort: number, env: Readonly<Record<string, string>> = {}): Child =>
  gateway('isthmus', upstreamPort, 'gateway', env)

/** startBare starts Fastify, undici and pino alone. */
export const startBare = (): Child => new Child('bare', new URL('./servers/bare.ts', import.meta.url))

/** startServer starts a server under test; `peerFile` is the other gateway's entry. */
export function startServer(name: ServerName, upstreamPort: number, peerFile: string | undefined): Child {
  const proxy = (file: string) =>
    new Child(name, new URL(file, import.meta.url), { env: { UPSTREAM: `http://127.0.0.1:${upstreamPort}` } })
  switch (name) {
    case 'plain':
      return proxy('./servers/plain-proxy.ts')
    case 'json':
      return proxy('./servers/json-proxy.ts')
    case 'tuned':
      return proxy('./servers/tuned-proxy.ts')
    case 'isthmus':
      return startGateway(upstreamPort)
    case 'without':
      return gateway(name, upstreamPort, 'gateway', {})
    case 'with':
      return gateway(name, upstreamPort, 'gateway-middleware', {})
    case 'peer':
      if (peerFile === undefined) throw new Error('the peer is measured with --peer only')
      return new Child(name, pathToFileURL(peerFile), {
        args: ['--headless', '--port=0'],
        env: { NODE_ENV: 'production' }
      })
  }
}
