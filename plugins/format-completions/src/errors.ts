import { createError } from '@isthmus/core'

export const FORMAT_COMPLETIONS_NO_CHOICES = createError(
  'FORMAT_COMPLETIONS_NO_CHOICES',
  'upstream_protocol',
  "The answer of the provider '%s' has no choices"
)
export const FORMAT_COMPLETIONS_UNFINISHED = createError(
  'FORMAT_COMPLETIONS_UNFINISHED',
  'upstream_protocol',
  'The completion stopped before its end'
)
