import { defineSurface } from '@isthmus/core'
import { Type } from 'typebox'
import { mountCapabilities } from './capabilities-route.ts'
import { answerErrors } from './error-replies.ts'
import { Listing } from './listing.ts'
import { mountModels } from './model-routes.ts'
import { mountPage } from './page-routes.ts'

export default defineSurface({
  name: 'catalog',
  api: 1,
  summary: 'The catalogue of models, as data and as a page, and what the gateway can do with each.',
  stability: 'experimental',
  options: Type.Object(
    {
      page: Type.Boolean({ default: true, description: 'Serve the page at `/models`.' }),
      title: Type.String({ default: 'Models', minLength: 1, description: 'Title of the page.' }),
      cacheSeconds: Type.Integer({
        default: 60,
        minimum: 0,
        maximum: 86_400,
        description: 'How long caches may keep a list before they ask again; 0: they ask each time.'
      })
    },
    { additionalProperties: false }
  ),
  setup(host, { page, title, cacheSeconds }) {
    const listing = new Listing(host)
    answerErrors(host)
    mountCapabilities(host)
    mountModels(host, listing, cacheSeconds)
    if (page) mountPage(host, listing, title)
    return {}
  }
})
