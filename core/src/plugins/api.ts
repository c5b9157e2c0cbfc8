import type { Kind } from '../contract/index.ts'

/** PLUGIN_APIS are the contract numbers this kernel supports, by kind: a change to meters does not age providers. */
export const PLUGIN_APIS: Readonly<Record<Kind, readonly number[]>> = {
  store: [1],
  catalog: [1],
  meter: [1],
  provider: [1],
  router: [1],
  tool: [1],
  middleware: [1],
  surface: [1],
  ingress: [1]
}

/** KINDS are the kinds of plugins in the order they are set up; closing runs the other way. */
export const KINDS: readonly Kind[] = [
  'store',
  'catalog',
  'meter',
  'provider',
  'router',
  'tool',
  'middleware',
  'surface',
  'ingress'
]

export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(PLUGIN_APIS, value)
}
