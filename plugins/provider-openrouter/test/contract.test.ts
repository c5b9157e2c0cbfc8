import { readFileSync } from 'node:fs'
import type { Provider } from '@isthmus/core'
import { providerCases } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { responses } from '@isthmus/format-responses'
import t from 'tap'
import openrouter from '../src/index.ts'
import { PARAMS } from '../src/params.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const CONFIGS: Readonly<Record<string, object>> = {
  'as it is': {},
  'with everything forwarded': {
    cacheControl: 'forward',
    forwardParams: Object.keys(PARAMS),
    userOverflow: 'hash',
    reasoningStyle: 'object',
    strictParams: true
  },
  'with marks where they help': { cacheControl: 'auto' }
}
const MODELS = [
  'openai/gpt-5-mini',
  'openai/gpt-oss-120b',
  'anthropic/claude-haiku-4.5',
  'deepseek/deepseek-r1',
  'auto'
]

const error = (status: number, members: object, kind: string) => ({
  name: `${status} ${JSON.stringify(members)} is ${kind}`,
  status,
  body: JSON.stringify({ error: { code: status, message: 'It is said', ...members }, user_id: 'user-1' }),
  kind: kind as never
})
const typed = (error_type: string) => ({ metadata: { error_type } })
const errors = [
  error(400, {}, 'upstream_rejected'),
  error(400, typed('context_length_exceeded'), 'context_length'),
  error(400, typed('token_limit_exceeded'), 'context_length'),
  error(400, typed('string_too_long'), 'upstream_rejected'),
  error(400, typed('content_policy_violation'), 'content_policy'),
  error(401, {}, 'upstream_denied'),
  error(402, typed('payment_required'), 'upstream_denied'),
  error(403, { metadata: { reasons: ['violence'], flagged_input: '…' } }, 'content_policy'),
  error(403, typed('permission_denied'), 'upstream_denied'),
  error(404, {}, 'not_found'),
  error(408, {}, 'timeout'),
  error(413, {}, 'too_large'),
  error(422, {}, 'upstream_rejected'),
  error(429, typed('rate_limit_exceeded'), 'upstream_limited'),
  error(500, {}, 'upstream_unavailable'),
  error(502, typed('provider_unavailable'), 'upstream_unavailable'),
  error(503, {}, 'upstream_overloaded'),
  error(524, {}, 'timeout'),
  error(529, typed('provider_overloaded'), 'upstream_overloaded')
]

/** The provider as if its Responses endpoint was its own. */
const turned: typeof openrouter = Object.freeze<typeof openrouter>({
  ...openrouter,
  async setup(host, options): Promise<Provider> {
    const provider = await openrouter.setup(host, options)
    return { ...provider, ...provider.endpoints?.find(({ format }) => format === 'responses') }
  }
})
const ENDPOINTS = [
  { plugin: openrouter, format: chatCompletions, models: MODELS },
  { plugin: turned, format: responses, models: ['openai/gpt-oss-120b', 'anthropic/claude-haiku-4.5'] }
]

for (const { plugin, format, models } of ENDPOINTS) {
  for (const [what, members] of Object.entries(CONFIGS)) {
    for (const model of models) {
      const options = { apiKey: 'the-key', models: [model], ...members }
      for (const { name, run } of providerCases<typeof plugin.options>(plugin, {
        options,
        manifest,
        format,
        model,
        errors
      })) {
        t.test(`${format.id}, ${model} ${what}: ${name}`, async () => run())
      }
    }
  }
}
