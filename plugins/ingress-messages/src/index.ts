import { defineIngress, ingressFrom, type RouteOptions, resultCall } from '@isthmus/core'
import { messages, messagesCount } from '@isthmus/format-messages'
import { Type } from 'typebox'
import { LastText, readsLastBlock } from './last-text.ts'

/** Clients are told a base URL with or without the vendor's name in it. */
const PREFIXES = ['', '/anthropic']

const count = resultCall(messagesCount, { summary: 'Counts the tokens of a request.' })

const routes = PREFIXES.flatMap((prefix): RouteOptions[] => [
  { method: 'POST', path: `${prefix}/v1/messages`, operation: 'generate' },
  { method: 'POST', path: `${prefix}/v1/messages/count_tokens`, calls: [count] },
  { method: 'GET', path: `${prefix}/v1/models`, operation: 'models' },
  { method: 'GET', path: `${prefix}/v1/models/*`, operation: 'model' },
  // Claude Code asks at its start whether there is anyone.
  { method: 'HEAD', path: `${prefix}/api/hello`, open: true, handle: () => '' }
])

/** What else the API family has. Whoever asks for it is told that it is not served here, and what is. */
const NOT_SERVED = [
  'agents',
  'complete',
  'environments',
  'files',
  'messages/batches',
  'organizations',
  'sessions',
  'skills'
]

export default defineIngress({
  name: 'messages',
  api: 1,
  summary: 'Serves clients that speak Anthropic Messages.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup() {
    return ingressFrom(messages, {
      routes,
      prefixes: ['/v1/messages', '/anthropic'],
      unsupported: PREFIXES.flatMap(prefix => NOT_SERVED.map(name => `${prefix}/v1/${name}`)),
      idHeaders: ['request-id'],
      hooks: {
        events: x => (readsLastBlock(x.headers['user-agent']) ? new LastText(gap => x.report(gap)) : undefined)
      },
      claims: head => head.headers['anthropic-version'] !== undefined,
      example: model => ({
        model,
        max_tokens: 1024,
        messages: [{ role: 'user', content: 'Say hello in one short sentence.' }]
      })
    })
  }
})
