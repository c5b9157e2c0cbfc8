import { createError } from '@isthmus/core'

export const FORMAT_MESSAGES_THREAD = createError(
  'FORMAT_MESSAGES_THREAD',
  'invalid_request',
  'thread: conversations are not kept here; send the whole conversation without it'
)
export const FORMAT_MESSAGES_UNSUPPORTED = createError(
  'FORMAT_MESSAGES_UNSUPPORTED',
  'unsupported',
  'The Messages format cannot express %s'
)
export const FORMAT_MESSAGES_THINKING_BUDGET = createError(
  'FORMAT_MESSAGES_THINKING_BUDGET',
  'unsupported',
  'The output limit of %s tokens leaves no room for reasoning, which needs at least 1024; raise the limit or ask for no reasoning'
)
export const FORMAT_MESSAGES_SPLICED = createError(
  'FORMAT_MESSAGES_SPLICED',
  'upstream_protocol',
  'The stream holds the beginnings of two replies'
)
export const FORMAT_MESSAGES_REPLY = createError(
  'FORMAT_MESSAGES_REPLY',
  'upstream_protocol',
  'The reply is not a message: %s'
)
