import type { Wire } from './bodies.ts'

/**
 * ServerName names a server under test: the two proxies, the gateway, a pair of gateways with and without middleware that
 * differ in nothing else, not even in what they served before, and another gateway.
 */
export type ServerName = 'plain' | 'tuned' | 'isthmus' | 'with' | 'without' | 'peer'

/** Variant is one way through one server. */
export interface Variant {
  readonly id: string
  readonly server: ServerName
  /** What the client speaks. */
  readonly client: Wire
  /** What the upstream speaks. */
  readonly upstream: Wire
}

/** variant makes the variant of a server; a proxy speaks one format on both sides. */
export const variant = (server: ServerName, client: Wire, upstream: Wire = client): Variant => ({
  id: client === upstream && server !== 'isthmus' ? `${server} ${client}` : `${server} ${client}-${upstream}`,
  server,
  client,
  upstream
})

/** PAIRS are the gateway's four ways: client's format, then the upstream's. */
export const PAIRS: readonly Variant[] = [
  variant('isthmus', 'chat', 'chat'),
  variant('isthmus', 'messages', 'chat'),
  variant('isthmus', 'chat', 'messages'),
  variant('isthmus', 'messages', 'messages')
]

/** pairName is how a pair is called in ids of rows, e.g. `messages-chat`. */
export const pairName = ({ client, upstream }: Variant): string => `${client}-${upstream}`

const PROVIDERS: Readonly<Record<Wire, string>> = { chat: 'openai', messages: 'anthropic' }

/** modelOf is the model that a request through this variant names. */
export const modelOf = ({ server, upstream }: Variant, shape: string): string =>
  server === 'isthmus' || server === 'with' || server === 'without'
    ? `${PROVIDERS[upstream]}/bench-${shape}`
    : `bench-${shape}`
