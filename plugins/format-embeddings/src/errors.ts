import { createError } from '@isthmus/core'

export const FORMAT_EMBEDDINGS_UNSUPPORTED = createError(
  'FORMAT_EMBEDDINGS_UNSUPPORTED',
  'unsupported',
  'Embeddings cannot express %s'
)
export const FORMAT_EMBEDDINGS_COUNT = createError(
  'FORMAT_EMBEDDINGS_COUNT',
  'upstream_protocol',
  "The provider '%s' answered %s inputs with %s vectors"
)
export const FORMAT_EMBEDDINGS_VECTOR = createError(
  'FORMAT_EMBEDDINGS_VECTOR',
  'upstream_protocol',
  'A vector of the answer is no list of numbers'
)
