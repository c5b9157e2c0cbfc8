import { createError } from '@isthmus/core'

export const FORMAT_CHAT_COMPLETIONS_UNSUPPORTED = createError(
  'FORMAT_CHAT_COMPLETIONS_UNSUPPORTED',
  'unsupported',
  'Chat Completions cannot express %s'
)
export const FORMAT_CHAT_COMPLETIONS_REASONING = createError(
  'FORMAT_CHAT_COMPLETIONS_REASONING',
  'invalid_request',
  'reasoning_effort and reasoning.effort differ; send one of them'
)
export const FORMAT_CHAT_COMPLETIONS_NO_CHOICES = createError(
  'FORMAT_CHAT_COMPLETIONS_NO_CHOICES',
  'upstream_protocol',
  "The answer of the provider '%s' has no choices"
)
export const FORMAT_CHAT_COMPLETIONS_UNNAMED_CALL = createError(
  'FORMAT_CHAT_COMPLETIONS_UNNAMED_CALL',
  'upstream_protocol',
  "The provider '%s' called a tool without a name"
)
export const FORMAT_CHAT_COMPLETIONS_MALFORMED_CALL = createError(
  'FORMAT_CHAT_COMPLETIONS_MALFORMED_CALL',
  'upstream_protocol',
  "The provider '%s' could not write its tool call (%s)"
)
export const FORMAT_CHAT_COMPLETIONS_UNFINISHED = createError(
  'FORMAT_CHAT_COMPLETIONS_UNFINISHED',
  'upstream_protocol',
  'The answer stopped before its end'
)
