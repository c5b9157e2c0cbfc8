import { createError } from '@isthmus/core'

export const PROVIDER_OPENAI_COMPATIBLE_BASE_URL = createError(
  'PROVIDER_OPENAI_COMPATIBLE_BASE_URL',
  'internal',
  'The option baseUrl is missing%s'
)
export const PROVIDER_OPENAI_COMPATIBLE_FEATURE = createError(
  'PROVIDER_OPENAI_COMPATIBLE_FEATURE',
  'internal',
  "There is no feature '%s'%s"
)
