import { FORMATS, WIRES, type Wire } from './wires/index.ts'

/**
 * ServerName names a server under test: three proxies, the gateway, a pair of gateways with and without middleware that
 * differ in nothing else, not even in what they served before, and another gateway.
 */
export type ServerName = 'plain' | 'json' | 'tuned' | 'isthmus' | 'with' | 'without' | 'peer'

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

/** IDENTITIES are the gateway's ways from a format to the same. */
export const IDENTITIES: readonly Variant[] = WIRES.map(wire => variant('isthmus', wire))

/** isCrossing tells the gateway's ways from one format to another. */
export const isCrossing = ({ client, upstream }: Variant): boolean => client !== upstream

/** PAIRS are all of the gateway's ways: client's format, then the upstream's. */
export const PAIRS: readonly Variant[] = WIRES.flatMap(client =>
  WIRES.map(upstream => variant('isthmus', client, upstream))
)

/** pairName is how a pair is called in ids of rows, e.g. `messages-chat`. */
export const pairName = ({ client, upstream }: Variant): string => `${client}-${upstream}`

/** modelOf is the model that a request through this variant names. */
export const modelOf = ({ server, upstream }: Variant, shape: string): string =>
  server === 'isthmus' || server === 'with' || server === 'without'
    ? `${FORMATS[upstream].provider}/bench-${shape}`
    : `bench-${shape}`
