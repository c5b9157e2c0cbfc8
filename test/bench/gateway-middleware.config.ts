import { defineMiddleware, use } from '@isthmus/core'
import { Type } from 'typebox'
import base from './gateway.config.ts'

/** Looks at the request, at every event and at the end, and changes nothing. */
const noop = defineMiddleware({
  name: 'noop',
  api: 1,
  summary: 'Does nothing, at every hook.',
  stability: 'stable',
  options: Type.Object({}, { additionalProperties: false }),
  setup: () => ({
    admit() {},
    request() {},
    attempt() {},
    events: () => ({ push: batch => batch }),
    settled() {}
  })
})

const ids = ['noop-1', 'noop-2', 'noop-3']

export default { ...base, plugins: [...base.plugins, ...ids.map(id => use(noop, { id }))], pipeline: ids }
