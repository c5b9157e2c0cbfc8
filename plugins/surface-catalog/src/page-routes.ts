import { readFileSync } from 'node:fs'
import { type Host, isGatewayError, type RouteSchema } from '@isthmus/core'
import { filtersFrom, type Query } from './filters.ts'
import { etagOf, found, type Listing, matches } from './listing.ts'
import { renderModel, renderNobody } from './model-page.ts'
import { renderPage } from './page.ts'
import { pageQuery } from './page-query.ts'
import { select } from './select.ts'

const PAGE_SIZE = 50
/** The page loads nothing from elsewhere, sends nothing elsewhere, and runs nothing that stands in itself. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'"
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-cache',
  'content-type': 'text/html; charset=utf-8'
}
const TYPES = {
  'page.css': 'text/css; charset=utf-8',
  'cards.css': 'text/css; charset=utf-8',
  'page.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml'
} as const
const HIDDEN: RouteSchema = { hide: true }

/** mountPage adds the page and its files. */
export function mountPage({ http, gateway }: Host, listing: Listing, title: string): void {
  const files = Object.entries(TYPES).map(([name, type]) => {
    const body = readFileSync(new URL(`../assets/${name}`, import.meta.url))
    return { name, type, body, etag: etagOf(body.toString('utf8')) }
  })
  const version = etagOf(files.map(({ etag }) => etag).join('')).slice(1, 9)
  for (const { name, type, body, etag } of files) {
    http.get(`/models/${name}`, { schema: HIDDEN }, (request, reply) => {
      reply.headers({ etag, 'cache-control': 'public, max-age=86400', 'x-content-type-options': 'nosniff' })
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type(type).send(body)
    })
  }
  const site = () => ({ title, basePath: gateway.basePath, version })
  const schema: RouteSchema = { summary: 'The catalogue of models, as a page for people.', tags: ['catalog'] }
  http.get<{ Querystring: Query }>('/models', { schema }, (request, reply) => {
    const query = pageQuery(request.query)
    const parts = { ...site(), query, facets: listing.facets(), pageSize: PAGE_SIZE }
    const providers = listing.providers()
    reply.headers(HEADERS)
    try {
      const filters = { ...filtersFrom(query), limit: PAGE_SIZE }
      const selected = select(listing.entries(), filters, { nowMs: Date.now(), providers })
      return reply.send(renderPage({ ...parts, providers, selected, offset: filters.offset }))
    } catch (thrown) {
      if (!isGatewayError(thrown) || thrown.kind !== 'invalid_request') throw thrown
      const selected = { entries: [], total: 0 }
      return reply
        .code(thrown.statusCode)
        .send(renderPage({ ...parts, providers, selected, offset: 0, problem: thrown.message }))
    }
  })

  const about: RouteSchema = { summary: 'One model, as a page for people.', tags: ['catalog'] }
  http.get<{ Params: { '*': string } }>('/models/*', { schema: about }, (request, reply) => {
    reply.headers(HEADERS)
    try {
      const entry = found(listing, request.params['*'])
      return reply.send(renderModel({ ...site(), entry, ...listing.about(entry) }))
    } catch (thrown) {
      if (!isGatewayError(thrown) || thrown.kind !== 'not_found') throw thrown
      return reply.code(thrown.statusCode).send(renderNobody(site(), thrown.message))
    }
  })
}
