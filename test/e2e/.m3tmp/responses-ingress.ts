import { defineIngress, ingressFrom } from '@isthmus/core'
import { responses } from '@isthmus/format-responses'
import { Type } from 'typebox'
export default defineIngress({ name: 'responses', api: 1, summary: 'x', stability: 'experimental', options: Type.Object({}, { additionalProperties: false }),
  setup: () => ingressFrom(responses, { routes: ['/v1','/openai/v1','/api/v1'].flatMap(b => [{ method: 'POST' as const, path: b+'/responses', operation: 'generate' as const }]), prefixes: ['/v1/responses'], idHeaders: ['x-request-id'] }) })
