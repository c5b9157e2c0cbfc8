import { type TProperties, Type } from 'typebox'

const text = (description: string) => Type.String({ description })
const list = (description: string) => Type.Array(Type.String(), { description })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const orNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const countOrNull = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description })
const optionalText = (description: string) => Type.Optional(text(description))
const wrapped = <T extends TProperties>(properties: T, description: string) =>
  Type.Object({ data: Type.Object(properties) }, { description })

/** ModelFiltersSchema describes what the list can be asked. */
export const ModelFiltersSchema = Type.Object({
  q: optionalText('Words that the name or the id of a model has.'),
  supported_parameters: optionalText('Parameters that a model takes, all of them, with commas.'),
  features: optionalText('Features that a model has, all of them, with commas.'),
  input_modalities: optionalText('What it reads, all of it, with commas.'),
  output_modalities: optionalText('What it writes, all of it, with commas; `all` is no filter.'),
  context: optionalText('The least context length, in tokens.'),
  min_price: optionalText('The least price of a million tokens that go in, in US dollars.'),
  max_price: optionalText('The highest.'),
  min_output_price: optionalText('The least price of a million tokens that come out, in US dollars.'),
  max_output_price: optionalText('The highest.'),
  providers: optionalText('Channels, any of them, by id or by the name of their service, with commas.'),
  model_authors: optionalText('Vendors, any of them, with commas.'),
  arch: optionalText('A part of the name of the tokenizer or the family.'),
  region: optionalText('`eu` or `us`: some datacentre is known to be there.'),
  min_age_days: optionalText('The least age, in days.'),
  max_age_days: optionalText('The highest.'),
  sort: optionalText('The order, such as `newest` or `pricing-low-to-high`. Default: that of the catalogue.'),
  offset: optionalText('How many are passed over.'),
  limit: optionalText('How many there may be at most, up to 1000. Default: all.')
})

const PRICE = 'US dollars for one token, as decimal text; `-1` where it is not known.'
const Pricing = Type.Object(
  { prompt: text(PRICE), completion: text(PRICE) },
  {
    additionalProperties: Type.Unknown(),
    description: 'Others, such as `input_cache_read` or `web_search`, are there where they are known.'
  }
)

const Architecture = Type.Object({
  modality: orNull('Such as `text+image->text`.'),
  input_modalities: list('What it reads; empty where it is not known.'),
  output_modalities: list('What it writes; empty where it is not known.'),
  tokenizer: Type.Optional(orNull('Family of the tokenizer.')),
  instruct_type: Type.Null()
})

/** ModelSchema describes a model. */
export const ModelSchema = Type.Object(
  {
    id: text('The name to ask for it.'),
    object: Type.Literal('model'),
    owned_by: text('Who made it; `alias` for a name that stands for others.'),
    canonical_slug: text('The model itself, also for an alias.'),
    name: text('As people call it.'),
    created: count('Seconds since 1970; 0 where it is not known.'),
    description: optionalText('What it is for.'),
    context_length: countOrNull('In tokens.'),
    architecture: Architecture,
    pricing: Pricing,
    top_provider: Type.Object({
      context_length: countOrNull('On the first channel.'),
      max_completion_tokens: countOrNull('On the first channel.'),
      is_moderated: Type.Boolean()
    }),
    per_request_limits: Type.Null(),
    supported_parameters: list('Parameters that any channel is known to take for it.'),
    default_parameters: Type.Null(),
    supported_voices: Type.Null(),
    expiration_date: orNull('The day it ends.'),
    knowledge_cutoff: orNull('When its knowledge ends.'),
    reasoning: Type.Optional(
      Type.Object({
        mandatory: Type.Boolean(),
        default_enabled: Type.Optional(Type.Boolean()),
        supported_efforts: Type.Optional(list('Words for how much it thinks.')),
        supports_max_tokens: Type.Optional(Type.Boolean())
      })
    ),
    alias_target: Type.Optional(Type.Object({ slug: text('What is meant now.'), name: text('Its name.') })),
    links: Type.Object({ details: text('Where its endpoints are told.') }),
    input_modalities: Type.Optional(list('As under `architecture`.')),
    output_modalities: Type.Optional(list('As under `architecture`.')),
    max_output_length: Type.Optional(count('The most tokens that come out.')),
    supported_sampling_parameters: Type.Optional(list('Those of the parameters that sampling has.')),
    supported_features: Type.Optional(list('Such as `tools`.')),
    quantization: optionalText('Of its weights.'),
    datacenters: Type.Optional(Type.Array(Type.Object({ country_code: text('ISO 3166-1 alpha-2.') }))),
    providers: list('Ids of the channels that have it.')
  },
  { description: 'The model.' }
)

/** ListSchema describes the list. */
export const ListSchema = Type.Object(
  {
    object: Type.Literal('list'),
    data: Type.Array(ModelSchema),
    links: Type.Object({ next: orNull('The next page, where `limit` left something over.') }),
    total_count: count('How many there are in all.')
  },
  { description: 'The models.' }
)

export const OneModelSchema = Type.Object({ data: ModelSchema }, { description: 'The model.' })

export const CountSchema = wrapped({ count: count('How many models there are.') }, 'The number.')

const Endpoint = Type.Object({
  name: text('Provider and id.'),
  model_id: text('The model.'),
  model_name: text('Its name.'),
  tag: text('Id of the channel.'),
  provider_name: text('Name of its service.'),
  context_length: count('In tokens; 0 where it is not known.'),
  max_completion_tokens: countOrNull('The most tokens that come out.'),
  max_prompt_tokens: Type.Null(),
  quantization: orNull('Of its weights.'),
  pricing: Pricing,
  supported_parameters: list('Parameters it takes.'),
  supports_tool_choice: Type.Record(Type.String(), Type.Boolean()),
  supports_implicit_caching: Type.Boolean(),
  uptime_last_5m: Type.Null(),
  uptime_last_30m: Type.Null(),
  uptime_last_1d: Type.Null(),
  latency_last_30m: Type.Null(),
  throughput_last_30m: Type.Null(),
  datacenters: Type.Optional(Type.Array(Type.Object({ country_code: text('ISO 3166-1 alpha-2.') })))
})

/** EndpointsSchema describes who serves a model. */
export const EndpointsSchema = wrapped(
  {
    id: text('The model.'),
    name: text('Its name.'),
    created: count('Seconds since 1970; 0 where it is not known.'),
    description: text('What it is for.'),
    architecture: Architecture,
    endpoints: Type.Array(Endpoint, { description: 'One for each id under which a channel has it.' })
  },
  'The model and its endpoints.'
)

/** ProvidersSchema describes the channels. */
export const ProvidersSchema = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        name: text('Name of the service.'),
        slug: text('Id of the channel.'),
        headquarters: orNull('Country, ISO 3166-1 alpha-2.'),
        datacenters: Type.Union([Type.Array(Type.String()), Type.Null()], { description: 'Countries.' }),
        privacy_policy_url: orNull('Of the service.'),
        terms_of_service_url: orNull('Of the service.'),
        status_page_url: orNull('Of the service.')
      })
    )
  },
  { description: 'The channels.' }
)
