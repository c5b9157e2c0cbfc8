import { createError } from '@isthmus/core'

export const FORMAT_RESPONSES_PARAMETER = createError(
  'FORMAT_RESPONSES_PARAMETER',
  'invalid_request',
  "The Responses format has no parameter '%s'; leave it out, or use the Chat Completions route"
)
export const FORMAT_RESPONSES_UNSUPPORTED = createError(
  'FORMAT_RESPONSES_UNSUPPORTED',
  'unsupported',
  'Responses cannot express %s'
)
export const FORMAT_RESPONSES_NO_OUTPUT = createError(
  'FORMAT_RESPONSES_NO_OUTPUT',
  'upstream_protocol',
  "The answer of the provider '%s' has no output"
)
export const FORMAT_RESPONSES_UNNAMED_CALL = createError(
  'FORMAT_RESPONSES_UNNAMED_CALL',
  'upstream_protocol',
  "The provider '%s' called a tool without a name"
)
export const FORMAT_RESPONSES_UNFINISHED = createError(
  'FORMAT_RESPONSES_UNFINISHED',
  'upstream_protocol',
  'The answer stopped before its end'
)
export const FORMAT_RESPONSES_SPLICED = createError(
  'FORMAT_RESPONSES_SPLICED',
  'upstream_protocol',
  "The stream of the provider '%s' holds the beginnings of two answers"
)
export const FORMAT_RESPONSES_EVENT = createError(
  'FORMAT_RESPONSES_EVENT',
  'upstream_protocol',
  "The stream of the provider '%s' holds something that is no event"
)
