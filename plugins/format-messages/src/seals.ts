import type { Seal } from '@isthmus/core'

/** The name under which the public registry lists this vendor's seals. */
export const SEAL_FORMAT = 'anthropic-claude-v1'

const seal = (kind: Seal['kind'], data: string, provider: string): Seal => ({
  kind,
  data,
  issuer: { provider, modelFamily: 'claude', format: SEAL_FORMAT }
})

export const signatureSeal = (data: string, provider = ''): Seal => seal('signature', data, provider)
export const redactedSeal = (data: string, provider = ''): Seal => seal('redacted', data, provider)

/** isOwnSeal tells whether this format's services issued a seal. */
export function isOwnSeal(sealed: Seal): boolean {
  return sealed.issuer.format === SEAL_FORMAT && (sealed.kind === 'signature' || sealed.kind === 'redacted')
}
