import { createError } from '@isthmus/core'

export const FORMAT_GEMINI_UNSUPPORTED = createError(
  'FORMAT_GEMINI_UNSUPPORTED',
  'unsupported',
  'The Gemini format cannot express %s'
)
export const FORMAT_GEMINI_THINKING = createError(
  'FORMAT_GEMINI_THINKING',
  'invalid_request',
  'generationConfig.thinkingConfig: thinkingBudget and thinkingLevel exclude each other; send one of them'
)
export const FORMAT_GEMINI_MALFORMED_CALL = createError(
  'FORMAT_GEMINI_MALFORMED_CALL',
  'upstream_protocol',
  "The provider '%s' could not write its answer (%s)"
)
export const FORMAT_GEMINI_REPLY = createError(
  'FORMAT_GEMINI_REPLY',
  'upstream_protocol',
  "The answer of the provider '%s' is not one of this format: %s"
)
export const FORMAT_GEMINI_VECTOR = createError(
  'FORMAT_GEMINI_VECTOR',
  'upstream_protocol',
  'The provider answered with a vector that cannot be read as 32-bit floats'
)
