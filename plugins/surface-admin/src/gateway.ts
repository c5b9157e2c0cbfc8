import type { Asked, Host } from '@isthmus/core'
import { Type } from 'typebox'
import { json } from './answers.ts'
import { SURFACE_ADMIN_NO_RELOAD } from './errors.ts'
import { userOf } from './guard.ts'
import { queryOf } from './query.ts'
import { mount } from './route.ts'
import { ExplanationSchema, ReloadSchema } from './schema.ts'

const Explain = Type.Object(
  {
    model: Type.String({ description: 'A name, as a client writes it; empty as where none is given.' }),
    inputTokens: Type.Optional(Type.String({ pattern: '^\\d{1,9}$', description: 'As if the input had so many.' })),
    group: Type.Optional(Type.String({ description: 'As if the caller were of this group.' })),
    user: Type.Optional(Type.String({ description: 'As if this user asked.' })),
    session: Type.Optional(Type.String({ description: 'As if it were asked in this session.' }))
  },
  { additionalProperties: false }
)

/** mountGateway adds the routes that explain a name and read the config again. */
export function mountGateway({ http, catalog, gateway, log }: Host): void {
  mount(http, {
    method: 'GET',
    path: '/admin/explain',
    schema: { summary: 'How a name is understood.', querystring: Explain, response: { 200: ExplanationSchema } },
    handle(request, reply) {
      const { model, inputTokens, ...rest } = queryOf(request, Explain)
      const asked: Asked = { ...rest, ...(inputTokens !== undefined && { inputTokens: () => Number(inputTokens) }) }
      return json(reply, catalog.explain(model, asked))
    }
  })

  mount(http, {
    method: 'POST',
    path: '/admin/reload',
    schema: {
      summary: 'Read the config again and go over to it. A broken one changes nothing.',
      response: { 200: ReloadSchema, 422: ReloadSchema }
    },
    async handle(request, reply) {
      if (gateway.reload === undefined) throw SURFACE_ADMIN_NO_RELOAD()
      log.info({ by: userOf(request) }, 'reload asked for')
      const outcome = await gateway.reload()
      reply.code(outcome.ok ? 200 : 422)
      return json(reply, outcome)
    }
  })
}
