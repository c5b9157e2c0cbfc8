import type { Seal } from '@isthmus/core'

/** SEAL_FORMAT is the name under which the public registry lists this vendor's seals. */
export const SEAL_FORMAT = 'openai-responses-v1'

/** encryptedSeal makes a seal of the `encrypted_content` of an item. */
export function encryptedSeal(
  data: string,
  itemId: string | undefined,
  provider = '',
  format: string = SEAL_FORMAT
): Seal {
  return {
    kind: 'encrypted',
    data,
    issuer: { provider, modelFamily: '', format },
    ...(itemId !== undefined && { itemId })
  }
}

/** isOwnSeal tells whether services of this format issued a seal. */
export function isOwnSeal(seal: Seal, format: string = SEAL_FORMAT): boolean {
  return seal.issuer.format === format && seal.kind === 'encrypted'
}
