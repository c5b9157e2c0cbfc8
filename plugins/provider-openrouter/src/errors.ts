import { createError } from '@isthmus/core'

export const PROVIDER_OPENROUTER_UNSUPPORTED = createError(
  'PROVIDER_OPENROUTER_UNSUPPORTED',
  'unsupported',
  'OpenRouter cannot take %s'
)
