import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { Host, RouteSchema } from '@isthmus/core'
import { openApiDocument } from './document.ts'
import type { OpenApi } from './types.ts'

const schema: RouteSchema = { summary: 'The OpenAPI document of this gateway.', tags: ['gateway'] }

/** The page loads nothing from elsewhere, and sends nothing elsewhere. */
const CSP = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'connect-src': ["'self'"],
  'font-src': ["'self'", 'data:'],
  'frame-ancestors': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'object-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"]
}

export interface DocumentOptions {
  readonly title: string
  readonly page: boolean
}

/** mountDocument adds the document and the page. The ingresses come later: it is made when it is first asked for. */
export async function mountDocument(host: Host, { title, page }: DocumentOptions): Promise<void> {
  let made: { readonly document: OpenApi; readonly text: string } | undefined
  const document = () => {
    if (made === undefined) {
      const document = openApiDocument(host, title)
      made = { document, text: JSON.stringify(document) }
    }
    return made
  }
  host.http.get('/openapi.json', { schema }, (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(document().text)
  )
  if (!page) return
  // The page takes the document from where this plugin puts it; what it is given here stands until then.
  await host.http.register(swagger, { mode: 'static', specification: { document: { openapi: '3.1.0' } as never } })
  await host.http.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: host.gateway.basePath,
    staticCSP: CSP,
    theme: { title },
    transformSpecificationClone: false,
    transformSpecification: () => document().document as never
  })
}
