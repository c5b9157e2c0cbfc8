import { createError } from '@isthmus/core'

export const SURFACE_CATALOG_UNKNOWN = createError('SURFACE_CATALOG_UNKNOWN', 'not_found', "There is no %s '%s'%s")
