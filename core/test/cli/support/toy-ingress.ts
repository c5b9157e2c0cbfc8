import { Type } from 'typebox'
import { defineIngress, ingressFrom } from '../../../src/index.ts'
import { tiny } from '../../pipeline/support/tiny-format.ts'

export default defineIngress({
  name: 'toy-ingress',
  api: 1,
  summary: 'For tests.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup: () =>
    ingressFrom(tiny(), {
      routes: [
        { method: 'POST', path: '/v1/tiny', operation: 'generate' },
        { method: 'GET', path: '/v1/models', operation: 'models' }
      ],
      prefixes: ['/v1/tiny'],
      example: model => ({ model, text: "Hello, isn't it?" })
    })
})
