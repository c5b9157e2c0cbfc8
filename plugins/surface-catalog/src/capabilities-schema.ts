import { Type } from 'typebox'

const text = (description: string) => Type.String({ description })
const list = (description: string) => Type.Array(Type.String(), { description })

/** FiltersSchema describes the query. */
export const FiltersSchema = Type.Object(
  {
    ingress: Type.Optional(text('Id of an ingress.')),
    provider: Type.Optional(text('Id of a provider.')),
    model: Type.Optional(text('A model, as clients name it or by its own id.'))
  },
  { additionalProperties: false }
)

const Endpoint = Type.Object({
  operation: text("Differs from the call's where the endpoint stands in."),
  format: text('Wire format of the endpoint; `estimate` where the gateway answers roughly by itself.'),
  request: text('Id of the table with the verdicts on requests.')
})

const Offer = Type.Object({
  provider: text('Id of the provider.'),
  models: list('Models that are served alike; empty where the provider lists none.'),
  endpoints: Type.Array(Endpoint, { description: 'Who could serve the call; the one that loses least is asked.' })
})

const Capability = Type.Object({
  ingress: text('Id of the ingress.'),
  operation: text('What is asked for.'),
  format: text('Wire format of the client.'),
  routes: list('Where it is asked for.'),
  reply: Type.Optional(text('Id of the table with the verdicts on replies.')),
  offers: Type.Array(Offer)
})

/** CapabilitiesSchema describes the report. */
export const CapabilitiesSchema = Type.Object(
  {
    features: Type.Record(Type.String(), Type.Object({ class: Type.String(), about: Type.String() }), {
      description: 'What each feature is.'
    }),
    tables: Type.Record(Type.String(), Type.Record(Type.String(), Type.Array(Type.String())), {
      description: 'Features by verdict, each table once.'
    }),
    capabilities: Type.Array(Capability)
  },
  { description: 'Ingresses, providers and models with the verdicts on each feature.' }
)
