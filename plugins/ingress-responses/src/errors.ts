import { createError } from '@isthmus/core'

export const INGRESS_RESPONSES_NOT_FOUND = createError(
  'INGRESS_RESPONSES_NOT_FOUND',
  'not_found',
  "There is no %s '%s'; it may have expired or been deleted"
)
export const INGRESS_RESPONSES_UNKNOWN = createError(
  'INGRESS_RESPONSES_UNKNOWN',
  'invalid_request',
  "The %s '%s' is not kept here, it may have expired or been deleted, and no model for this request can look it up; send the whole conversation instead"
)
export const INGRESS_RESPONSES_BROKEN_CHAIN = createError(
  'INGRESS_RESPONSES_BROKEN_CHAIN',
  'invalid_request',
  "The conversation cannot be put together: '%s' goes on from '%s', which has expired or been deleted; send the whole conversation instead"
)
export const INGRESS_RESPONSES_TWO_PASTS = createError(
  'INGRESS_RESPONSES_TWO_PASTS',
  'invalid_request',
  'A request goes on from previous_response_id or from conversation, not from both'
)
export const INGRESS_RESPONSES_STATELESS = createError(
  'INGRESS_RESPONSES_STATELESS',
  'unsupported',
  'This gateway is set up to keep nothing, so %s cannot be used; send the whole conversation instead'
)
export const INGRESS_RESPONSES_BACKGROUND = createError(
  'INGRESS_RESPONSES_BACKGROUND',
  'unsupported',
  'Responses are not made in the background here; leave background out, and stream instead'
)
export const INGRESS_RESPONSES_STREAM_AGAIN = createError(
  'INGRESS_RESPONSES_STREAM_AGAIN',
  'unsupported',
  'A kept response is not streamed again; leave stream out'
)
export const INGRESS_RESPONSES_NO_SUMMARY = createError(
  'INGRESS_RESPONSES_NO_SUMMARY',
  'upstream_protocol',
  'The conversation was not compacted: the model %s'
)
export const INGRESS_RESPONSES_CONTENDED = createError(
  'INGRESS_RESPONSES_CONTENDED',
  'conflict',
  "The conversation '%s' changes too often to be added to"
)
export const INGRESS_RESPONSES_TOO_LARGE = createError(
  'INGRESS_RESPONSES_TOO_LARGE',
  'too_large',
  'The conversation is larger than what is kept here'
)
