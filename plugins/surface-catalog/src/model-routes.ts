import type { Host, RouteSchema } from '@isthmus/core'
import { encodeEndpoints, encodeProviders } from './encode-endpoints.ts'
import { filtersFrom, type Query } from './filters.ts'
import { etagOf, found, type Listing, matches } from './listing.ts'
import {
  CountSchema,
  EndpointsSchema,
  ListSchema,
  ModelFiltersSchema,
  ModelSchema,
  OneModelSchema,
  ProvidersSchema
} from './model-schema.ts'
import { select } from './select.ts'

const JSON_TYPE = 'application/json; charset=utf-8'
const ENDPOINTS = '/endpoints'
const tags = ['catalog']

const about = (summary: string, reply: RouteSchema['response'], querystring?: unknown): RouteSchema => ({
  summary,
  tags,
  response: { 200: reply },
  ...(querystring !== undefined && { querystring })
})

interface Asked {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** Answer is what is needed of a reply, whatever its route. */
interface Answer {
  getHeader(name: string): number | string | string[] | undefined
  headers(values: Readonly<Record<string, string>>): unknown
  code(status: number): Answer
  send(body?: string | Buffer): unknown
}

/** mountModels adds the lists of models, endpoints and providers below `/api/v1`. */
export function mountModels({ http, catalog, gateway }: Host, listing: Listing, cacheSeconds: number): void {
  const cacheControl = cacheSeconds === 0 ? 'no-cache' : `public, max-age=${cacheSeconds}`
  const nowMs = Date.now
  const send = (request: Asked, reply: Answer, body: string | Buffer, etag: string, encoding?: 'gzip') => {
    // Others, such as CORS, may have said already by what the reply differs.
    const vary = [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', ')
    reply.headers({ etag: `W/${etag}`, 'cache-control': cacheControl, vary })
    if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
    reply.headers({ 'content-type': JSON_TYPE, ...(encoding !== undefined && { 'content-encoding': encoding }) })
    return reply.send(body)
  }
  const sendText = (request: Asked, reply: Answer, text: string) => send(request, reply, text, etagOf(text))
  const sendData = (request: Asked, reply: Answer, data: unknown) => sendText(request, reply, JSON.stringify({ data }))

  const one = (name: string) => listing.text(found(listing, name))
  const endpointsOf = (name: string) => encodeEndpoints(found(listing, name), catalog)
  const selected = (query: Query) =>
    select(listing.entries(), filtersFrom(query), { nowMs: nowMs(), providers: listing.providers() })

  // The query is read here: its problems are told with the place and what was expected.
  const listed = { schema: about('List the models.', ListSchema, ModelFiltersSchema), attachValidation: true }
  http.get<{ Querystring: Query }>('/api/v1/models', listed, (request, reply) => {
    const { query } = request
    if (Object.keys(query).length === 0) {
      const { body, zipped, etag } = listing.whole()
      const asked = acceptsGzip(request.headers['accept-encoding'])
      return zipped !== undefined && asked
        ? send(request, reply, zipped, etag, 'gzip')
        : send(request, reply, body, etag)
    }
    const { entries, total } = selected(query)
    const { offset, limit } = filtersFrom(query)
    const end = offset + entries.length
    const next = limit !== undefined && end < total ? nextPage(gateway.basePath, query, end) : null
    return sendText(request, reply, listing.encoded(entries, total, next))
  })

  const counted = { schema: about('Count the models.', CountSchema, ModelFiltersSchema), attachValidation: true }
  http.get<{ Querystring: Query }>('/api/v1/models/count', counted, (request, reply) =>
    sendData(request, reply, { count: selected(request.query).total })
  )

  const endpoints = about('Show who serves a model, at which prices.', EndpointsSchema)
  type Slug = { Params: { author: string; slug: string } }
  http.get<Slug>(`/api/v1/models/:author/:slug${ENDPOINTS}`, { schema: endpoints }, (request, reply) =>
    sendData(request, reply, endpointsOf(slugOf(request.params)))
  )
  const detail = about('Show one model.', OneModelSchema)
  http.get<Slug>('/api/v1/model/:author/:slug', { schema: detail }, (request, reply) =>
    sendText(request, reply, `{"data":${one(slugOf(request.params))}}`)
  )
  // Names may have no slash, or several; clients of OpenAI read a model without a `data` around it.
  const flat = about('Show one model, as clients of OpenAI read it.', ModelSchema)
  http.get<{ Params: { '*': string } }>('/api/v1/models/*', { schema: flat }, (request, reply) => {
    const name = request.params['*']
    if (!name.endsWith(ENDPOINTS)) return sendText(request, reply, one(name))
    return sendData(request, reply, endpointsOf(name.slice(0, -ENDPOINTS.length)))
  })

  const providers = about('List the providers.', ProvidersSchema)
  http.get('/api/v1/providers', { schema: providers }, (request, reply) =>
    sendData(request, reply, encodeProviders(catalog))
  )
}

const slugOf = ({ author, slug }: { readonly author: string; readonly slug: string }): string => `${author}/${slug}`

function nextPage(basePath: string, query: Query, offset: number): string {
  const next = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) next.append(name, String(each))
  }
  next.set('offset', String(offset))
  return `${basePath}/api/v1/models?${next}`
}

/** `gzip;q=0` is a no. */
const acceptsGzip = (header: string | readonly string[] | undefined): boolean =>
  String(header ?? '')
    .split(',')
    .some(it => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$)[\d.]+\s*)?$/i.test(it))
