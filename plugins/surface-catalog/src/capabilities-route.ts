import type { Host, ModelRow, RouteSchema } from '@isthmus/core'
import { capabilities, type Filters } from './capabilities.ts'
import { CapabilitiesSchema, FiltersSchema } from './capabilities-schema.ts'
import { channelsOf } from './channels.ts'
import { SURFACE_CATALOG_UNKNOWN } from './errors.ts'
import { etagOf, matches } from './listing.ts'

const schema: RouteSchema = {
  summary: 'What becomes of each feature, for every ingress, provider and model.',
  tags: ['catalog'],
  querystring: FiltersSchema,
  response: { 200: CapabilitiesSchema }
}

interface Report {
  readonly body: string
  readonly etag: string
}

/** mountCapabilities adds the route of the report. */
export function mountCapabilities(host: Host): void {
  // The report over everything is the large one, and stays the same until a list of models is read anew.
  let whole: (Report & { readonly rows: readonly ModelRow[] }) | undefined

  const report = (filters: Filters): Report => {
    const narrowed = Object.keys(filters).length > 0
    const rows = host.catalog.models()
    if (!narrowed && whole?.rows === rows) return whole
    const channels = channelsOf(host, filters)
    if (filters.model !== undefined && channels.length === 0) {
      throw SURFACE_CATALOG_UNKNOWN('model', filters.model.slice(0, 80), '')
    }
    const made = written(JSON.stringify(capabilities(host, channels, filters)))
    if (!narrowed) whole = { ...made, rows }
    return made
  }

  host.http.get<{ Querystring: Filters }>('/api/v1/capabilities', { schema }, (request, reply) => {
    const { body, etag } = report(request.query)
    reply.headers({ etag, 'cache-control': 'no-cache' })
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(body)
  })
}

const written = (body: string): Report => ({ body, etag: etagOf(body) })
