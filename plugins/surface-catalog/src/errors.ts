import { createError, type GatewayError } from '@isthmus/core'

export const SURFACE_CATALOG_UNKNOWN = createError('SURFACE_CATALOG_UNKNOWN', 'not_found', "There is no %s '%s'%s")

const SHOWN = 80

/** unknownModel says that nothing is called so. */
export const unknownModel = (name: string): GatewayError => SURFACE_CATALOG_UNKNOWN('model', name.slice(0, SHOWN), '')

export const SURFACE_CATALOG_FILTER = createError(
  'SURFACE_CATALOG_FILTER',
  'invalid_request',
  '%s: the catalogue has nothing that models could be chosen by for this'
)
