import type { Endpoint, FeatureTable, Gap, GenerateRequest, IrRequest, Provider } from '@isthmus/core'
import { fakeHost, requestHead, requestWith, resolveOptions } from '@isthmus/core/testing'
import { chatCompletions } from '@isthmus/format-chat-completions'
import openrouter from '../../src/index.ts'

/** up sets the provider up with some options. */
export const up = async (options: Record<string, unknown> = {}): Promise<Provider> =>
  openrouter.setup(
    fakeHost({ id: 'openrouter' }),
    resolveOptions(openrouter.options, { apiKey: 'the-key', ...options })
  )

const ingress = { format: 'kit' }
const SAMPLES: Readonly<Record<string, IrRequest>> = {
  generate: requestWith(),
  complete: {
    op: 'complete',
    model: '',
    prompts: ['hi'],
    sampling: {},
    output: {},
    reply: { stream: false },
    ingress
  },
  embed: { op: 'embed', model: '', inputs: ['hi'], ingress }
}

/** endpointAt gives the endpoint with a path. */
export function endpointAt(provider: Provider, path: string): Endpoint {
  const found = [provider as Endpoint, ...(provider.endpoints ?? [])].find(
    endpoint =>
      endpoint.encode(SAMPLES[endpoint.operation ?? 'generate']!, { provider: 'openrouter', model: 'a/b' }).path ===
      path
  )
  if (found === undefined) throw new Error(`no endpoint at ${path}`)
  return found
}

/** decode reads the request of a client of Chat Completions. */
export const decode = (members: object): GenerateRequest =>
  chatCompletions.request.decode(
    { model: 'm', messages: [{ role: 'user', content: 'Hello' }], ...members },
    requestHead()
  )

export interface Sent {
  readonly body: Record<string, unknown>
  readonly gaps: readonly Gap[]
}

/** encode writes a request for a model. */
export function encode(provider: Provider, request: GenerateRequest, model = 'anthropic/claude-haiku-4.5'): Sent {
  const { body, gaps } = provider.encode(request, { provider: 'openrouter', model })
  return { body: JSON.parse(body as string), gaps: gaps ?? [] }
}

/** sent is what becomes of a client's request. */
export const sent = async (members: object, options: Record<string, unknown> = {}, model?: string): Promise<Sent> =>
  encode(await up(options), decode(members), model)

/** table is what the kernel is told of a model. */
export const table = async (options: Record<string, unknown> = {}, model = 'anthropic/claude-haiku-4.5') =>
  (await up(options)).featuresFor!(model) as FeatureTable

/** settings are the members of a body beside the conversation. */
export function settings({ body }: Sent): Record<string, unknown> {
  const { model: _model, messages: _messages, ...rest } = body
  return rest
}

/** named are the gaps in words. */
export const named = ({ gaps }: Sent): string[] => gaps.map(({ feature, action }) => `${feature} ${action}`)
