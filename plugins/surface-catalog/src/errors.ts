import { createError } from '@isthmus/core'

export const SURFACE_CATALOG_UNKNOWN = createError('SURFACE_CATALOG_UNKNOWN', 'not_found', "There is no %s '%s'%s")

export const SURFACE_CATALOG_FILTER = createError(
  'SURFACE_CATALOG_FILTER',
  'invalid_request',
  '%s: the catalogue has nothing that models could be chosen by for this'
)
