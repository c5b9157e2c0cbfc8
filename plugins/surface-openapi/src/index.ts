import { defineSurface } from '@isthmus/core'
import { Type } from 'typebox'
import { mountDocument } from './routes.ts'

export default defineSurface({
  name: 'openapi',
  api: 1,
  summary: 'The OpenAPI document of the gateway, and a page to read it and try it.',
  stability: 'experimental',
  options: Type.Object(
    {
      title: Type.String({ default: 'Isthmus', minLength: 1, description: 'Title of the document and of the page.' }),
      page: Type.Boolean({ default: true, description: 'Serve the page at `/docs`.' })
    },
    { additionalProperties: false }
  ),
  async setup(host, options) {
    await mountDocument(host, options)
    return {}
  }
})
