import { defineSurface } from '@isthmus/core'
import { Type } from 'typebox'
import { mountCapabilities } from './routes.ts'

export default defineSurface({
  name: 'catalog',
  api: 1,
  summary: 'What the gateway can serve, as data: every ingress, provider and model with its verdicts.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup(host) {
    mountCapabilities(host)
    return {}
  }
})
