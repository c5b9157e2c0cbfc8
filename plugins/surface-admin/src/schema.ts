import { AliasSchema, ModelFactsSchema } from '@isthmus/core'
import { type TSchema, Type } from 'typebox'

const text = (description: string) => Type.String({ description })
const nullable = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()])

/** NameSchema describes the name at the end of a path. */
export const NameSchema = (description: string) => Type.Object({ '*': Type.String({ title: 'name', description }) })

/** ErrorSchema describes what went wrong. */
export const ErrorSchema = Type.Object(
  {
    error: Type.Object({
      message: text('For a person.'),
      type: text('What a program acts on.'),
      code: text('What a person searches for.'),
      param: nullable(text('The member that is to blame.'))
    })
  },
  { description: 'What went wrong.' }
)

const ChangedSchema = Type.Object({ by: Type.String(), at: Type.String({ format: 'date-time' }) })
const ETAG = text('Send it as `if-match` to change what you saw here.')

/** AliasEntrySchema describes an alias, where it is from and what it covers. */
export const AliasEntrySchema = Type.Object(
  {
    name: Type.String(),
    alias: nullable(AliasSchema),
    from: text('`config`, `runtime`, or the plugin that brought it.'),
    etag: ETAG,
    changed: Type.Optional(ChangedSchema),
    over: Type.Optional(Type.Object({ alias: AliasSchema, from: Type.String() })),
    missing: Type.Array(Type.String(), { description: 'Targets that no channel serves at this moment.' })
  },
  {
    description: 'An alias. `alias` is null where a change took it away; `over` is what would stand without the change.'
  }
)

const FactsChange = Type.Object({
  name: Type.String(),
  facts: ModelFactsSchema,
  etag: ETAG,
  changed: ChangedSchema
})

/** ModelSchema describes all that is known of the models a name leads to. */
export const ModelSchema = Type.Object(
  {
    name: Type.String(),
    etag: ETAG,
    change: nullable(FactsChange),
    known: Type.Array(
      Type.Object({
        row: Type.Object({ id: Type.String(), provider: Type.String() }, { additionalProperties: true }),
        from: Type.Record(Type.String(), Type.String(), { description: 'Where each fact is from.' }),
        names: Type.Array(Type.String(), { description: 'Other names that lead to it.' })
      })
    )
  },
  { description: 'Every fact, and where it is from; one entry for each channel.' }
)

/** ChangesSchema describes what differs from the file. */
export const ChangesSchema = Type.Object(
  {
    aliases: Type.Array(
      Type.Object({
        name: Type.String(),
        what: Type.Enum(['added', 'changed', 'removed']),
        now: nullable(AliasSchema),
        was: nullable(AliasSchema),
        etag: ETAG,
        changed: ChangedSchema
      })
    ),
    models: Type.Array(FactsChange)
  },
  { description: 'What was changed while the gateway ran.' }
)

/** ExplanationSchema describes how a name was understood. */
export const ExplanationSchema = Type.Object(
  {
    name: Type.String(),
    steps: Type.Array(Type.String()),
    targets: Type.Array(Type.String(), { description: '`channel/model`, in the order they would be tried.' }),
    alias: Type.Optional(Type.String()),
    problem: Type.Optional(text('What a client would be told.'))
  },
  { description: 'How a name is understood.' }
)

/** ChannelsSchema describes how the lists of the channels stand. */
export const ChannelsSchema = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        id: Type.String(),
        service: Type.Optional(Type.String()),
        models: Type.Integer(),
        listing: Type.Enum(['none', 'pending', 'kept', 'read', 'failed']),
        listedAt: Type.Optional(Type.String({ format: 'date-time' })),
        problem: Type.Optional(Type.String()),
        failures: Type.Optional(
          Type.Integer({
            description: 'How often a list could not be read, or was refused, since the config was set up.'
          })
        )
      })
    )
  },
  { description: 'The channels.' }
)

/** ReloadSchema describes what came of reading the config again. */
export const ReloadSchema = Type.Object(
  {
    ok: Type.Boolean(),
    reload: Type.Optional(Type.Integer({ description: 'Counts the reloads of this process.' })),
    added: Type.Optional(Type.Array(Type.String())),
    removed: Type.Optional(Type.Array(Type.String())),
    changed: Type.Optional(Type.Array(Type.String())),
    atStart: Type.Optional(Type.Array(Type.String(), { description: 'Takes effect at the next start.' })),
    code: Type.Optional(Type.String()),
    problems: Type.Optional(Type.Integer()),
    report: Type.Optional(Type.String())
  },
  { description: 'What came of it.' }
)
