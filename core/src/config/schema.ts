import { type Static, Type } from 'typebox'
import { AliasSchema, ModelFactsSchema } from '../contract/index.ts'
import { FEATURE_NAMES } from '../ir/index.ts'

const ms = (description: string, value: number) => Type.Integer({ minimum: 0, default: value, description })
const closed = { additionalProperties: false, default: {} } as const

const ServerSchema = Type.Object(
  {
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      description: 'Address to listen on; `::` for IPv6 and IPv4.'
    }),
    port: Type.Integer({ default: 8787, minimum: 0, maximum: 65535, description: 'Port; 0 lets the system choose.' }),
    socket: Type.Optional(
      Type.String({ minLength: 1, description: 'Path of a Unix socket, instead of host and port.' })
    ),
    basePath: Type.String({ default: '', pattern: '^(/[^/?#]+)*$', description: 'Prefix of all routes, e.g. `/llm`.' }),
    trustProxy: Type.Union([Type.Boolean(), Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }))], {
      default: false,
      description: 'Whose `x-forwarded-*` headers to believe: true, or addresses and ranges.'
    }),
    tls: Type.Optional(
      Type.Object(
        {
          certFile: Type.String({ minLength: 1, description: 'Certificate chain, PEM.' }),
          keyFile: Type.String({ minLength: 1, description: 'Private key, PEM.' })
        },
        { additionalProperties: false, description: 'Serve HTTPS with this certificate.' }
      )
    ),
    cors: Type.Object(
      {
        origins: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description: 'Origins that browsers may call from; empty turns CORS off, `*` allows all.'
        })
      },
      closed
    ),
    bodyLimitBytes: Type.Integer({ default: 32 * 1024 * 1024, minimum: 1024, description: 'Largest request body.' }),
    requestMs: ms('Until a request has arrived whole; 0 for no limit.', 300_000),
    headersAfterMs: ms('A stream without content yet gets its headers and keep-alives from here on.', 10_000),
    keepAliveMs: ms('Between two keep-alives of a silent stream.', 15_000),
    totalMs: ms('A whole exchange; 0 for no limit.', 3_600_000),
    drainMs: ms('What may still run after SIGTERM; then it is aborted.', 30_000)
  },
  closed
)

const UpstreamSchema = Type.Object(
  {
    connectMs: ms('Until a connection to an upstream stands.', 10_000),
    headersMs: ms('Until the head of the reply.', 600_000),
    idleMs: ms('Between two chunks of a reply.', 300_000),
    connections: Type.Integer({ default: 256, minimum: 1, description: 'Connections to one upstream.' }),
    origins: Type.Array(Type.String({ pattern: '^https?://[^/?#@\\s]+$' }), {
      default: [],
      description: 'Origins that plugins may send requests of their own to, e.g. `https://login.example`.'
    })
  },
  closed
)

const FetchSchema = Type.Object(
  {
    enabled: Type.Boolean({
      default: false,
      description: 'Fetch images and files that a request names by URL, for upstreams that take them inline only.'
    }),
    maxBytes: Type.Integer({
      default: 32 * 1024 * 1024,
      minimum: 1,
      description: 'Of all that is fetched for one request.'
    }),
    timeoutMs: ms('For one file, redirects included; 0 for no limit.', 15_000),
    maxRedirects: Type.Integer({ default: 3, minimum: 0, description: 'Redirects to follow for one file.' }),
    allow: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Hosts that may have addresses which are not public, e.g. `images.internal`.'
    })
  },
  closed
)

const LogSchema = Type.Object(
  {
    level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      default: 'info',
      description: 'Also `LOG_LEVEL`.'
    }),
    format: Type.Union([Type.Literal('auto'), Type.Literal('json'), Type.Literal('pretty')], {
      default: 'auto',
      description: '`auto` writes JSON, and readable lines on a terminal.'
    })
  },
  closed
)

const RoutingSchema = Type.Object(
  {
    fallback: Type.Object(
      {
        attempts: Type.Integer({ default: 3, minimum: 1, description: 'Candidates tried for one exchange, at most.' })
      },
      closed
    )
  },
  closed
)

const ModelsSchema = Type.Object(
  {
    strict: Type.Boolean({
      default: false,
      description: 'Refuse `<channel>/<model>` for models the channel does not list.'
    }),
    aliases: Type.Record(Type.String({ minLength: 1, maxLength: 256 }), AliasSchema, {
      default: {},
      description: 'Names of your own: a target, several in order of preference, or an object with all there is.'
    }),
    fallbacks: Type.Record(Type.String(), Type.Array(Type.String({ minLength: 1 })), {
      default: {},
      description: 'Targets to try in order when a model fails before its first content.'
    }),
    facts: Type.Record(Type.String({ minLength: 1 }), ModelFactsSchema, {
      default: {},
      description: 'What you know better of a model, by `channel/model` or `vendor/model`: its prices, its limits.'
    }),
    channels: Type.Record(Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 })), {
      default: {},
      description: 'Names, with `*` for anything, that only these channels may serve, e.g. `acme/*`.'
    }),
    forbid: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description:
        'Names, with `*` for anything, that are not served: `channel/model`, or `vendor/model` on any channel.'
    }),
    refreshMs: ms(
      'Between two looks at the model lists of the upstreams; 0 looks once. A tenth of it is left to chance.',
      3_600_000
    )
  },
  closed
)

const GapPolicySchema = Type.Union([Type.Literal('reject'), Type.Literal('report'), Type.Literal('emulate')])

const GapsSchema = Type.Object(Object.fromEntries(FEATURE_NAMES.map(name => [name, Type.Optional(GapPolicySchema)])), {
  ...closed,
  description: 'What to do where an upstream lacks a feature, by feature.'
})

/** PluginEntrySchema is one entry of the plugin list; the plugin's own schema says what its options are. */
export const PluginEntrySchema = Type.Object(
  {
    use: Type.Unknown({
      description: 'A package name, a path that starts with `./` or `../`, or an imported plugin.'
    }),
    id: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
        description: "Name of this instance, unique among plugins of its kind; default: the plugin's name."
      })
    ),
    optional: Type.Optional(
      Type.Boolean({ default: false, description: 'Leave the entry out while a variable it names is not set.' })
    ),
    options: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), { default: {}, description: "The plugin's own; see its README." })
    )
  },
  { additionalProperties: false }
)

/** ConfigSchema is everything of `gateway.config.ts` but the plugin list, whose entries are checked by the plugin host. */
export const ConfigSchema = Type.Object(
  {
    server: ServerSchema,
    upstream: UpstreamSchema,
    fetch: FetchSchema,
    log: LogSchema,
    routing: RoutingSchema,
    models: ModelsSchema,
    gaps: GapsSchema,
    pipeline: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Ids of the middleware, outermost first; every configured one must be listed.'
    }),
    plugins: Type.Array(Type.Unknown(), { default: [], description: 'What is enabled, in order.' })
  },
  { additionalProperties: false }
)

export type ServerConfig = Static<typeof ServerSchema>
export type UpstreamConfig = Static<typeof UpstreamSchema>
export type FetchConfig = Static<typeof FetchSchema>
export type LogConfig = Static<typeof LogSchema>
export type RoutingConfig = Static<typeof RoutingSchema>
export type ModelsConfig = Static<typeof ModelsSchema>
