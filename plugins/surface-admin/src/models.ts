import {
  type ChannelState,
  type FactsEntry,
  type Host,
  isGatewayError,
  type KnownModel,
  ModelFactsSchema
} from '@isthmus/core'
import { didYouMean } from '@isthmus/core/wire'
import { Type } from 'typebox'
import { shownChange } from './aliases.ts'
import { json, none } from './answers.ts'
import { SURFACE_ADMIN_UNKNOWN } from './errors.ts'
import { changing, etagOf, type Subject, shown } from './precondition.ts'
import { queryOf } from './query.ts'
import { mount, nameOf } from './route.ts'
import { ChannelsSchema, ModelSchema, NameSchema } from './schema.ts'

const params = NameSchema('Name of the model; its slashes may be left as they are.')
const Refresh = Type.Object(
  { channel: Type.Optional(Type.String({ description: 'Only this one.' })) },
  { additionalProperties: false }
)
const Done = Type.Null({ description: 'Done.' })

/** mountModels adds the routes that show and change what is known of models. */
export function mountModels({ http, catalog, log }: Host): void {
  const path = '/admin/models/*'
  const changeOf = (name: string) => catalog.facts.list().find(entry => entry.name === name)
  const now = (name: string) => () => subjectOf(name, changeOf(name))
  const view = (name: string) => {
    const change = changeOf(name)
    const known = knownOf(catalog, name, change !== undefined)
    return { name, etag: etagOf(subjectOf(name, change)), change: change ? shownFacts(change) : null, known }
  }

  mount(http, {
    method: 'GET',
    path,
    schema: { summary: 'All that is known of a model, and from where.', params, response: { 200: ModelSchema } },
    handle(request, reply) {
      const name = nameOf(request)
      const model = view(name)
      if (model.known.length === 0 && model.change === null) throw SURFACE_ADMIN_UNKNOWN('known model', shown(name), '')
      return json(reply, model, model.etag)
    }
  })

  mount(http, {
    method: 'PUT',
    path,
    schema: {
      summary: 'Say what is known of a model, such as its price, over what every other source says.',
      params,
      body: ModelFactsSchema,
      response: { 200: ModelSchema }
    },
    async handle(request, reply) {
      const name = nameOf(request)
      const { changed } = await changing(request, now(name), change => catalog.facts.put(name, request.body, change))
      log.info({ model: name, by: changed.by }, 'facts of a model set')
      const model = view(name)
      return json(reply, model, model.etag)
    }
  })

  mount(http, {
    method: 'DELETE',
    path: '/admin/changes/models/*',
    schema: { summary: 'Take a change of what is known of a model back.', params, response: { 204: Done } },
    async handle(request, reply) {
      const name = nameOf(request)
      if (changeOf(name) === undefined) throw SURFACE_ADMIN_UNKNOWN('change of a model', shown(name), '')
      await changing(request, now(name), async change => {
        await catalog.facts.revert(name, change)
        log.info({ model: name, by: change.by }, 'facts of a model taken back')
      })
      return none(reply)
    }
  })

  mount(http, {
    method: 'POST',
    path: '/admin/models/refresh',
    schema: {
      summary: 'Ask the upstreams for their model lists now.',
      querystring: Refresh,
      response: { 200: ChannelsSchema }
    },
    async handle(request, reply) {
      const { channel } = queryOf(request, Refresh)
      const ids = catalog.channels().map(({ id }) => id)
      if (channel !== undefined && !ids.includes(channel)) {
        const hint = didYouMean(shown(channel), ids)
        throw SURFACE_ADMIN_UNKNOWN('channel', shown(channel), hint === '' ? '' : `; ${hint}`)
      }
      const states = await catalog.refresh(channel)
      log.info(
        { channel, failed: states.filter(it => it.listing === 'failed').map(({ id }) => id) },
        'model lists read'
      )
      return json(reply, { data: states.map(shownChannel) })
    }
  })

  mount(http, {
    method: 'GET',
    path: '/admin/channels',
    schema: { summary: 'The channels, and how their model lists stand.', response: { 200: ChannelsSchema } },
    handle: (_request, reply) => json(reply, { data: catalog.channels().map(shownChannel) })
  })
}

/** A change may be about a model that nobody serves now: then it is all there is to show. */
function knownOf(catalog: Host['catalog'], name: string, isChanged: boolean): readonly KnownModel[] {
  try {
    return catalog.known(name)
  } catch (thrown) {
    if (isChanged && isGatewayError(thrown) && thrown.kind === 'not_found') return []
    throw thrown
  }
}

/** shownFacts is a change of what is known of a model, as the API shows it. */
export function shownFacts(entry: FactsEntry) {
  const { name, facts, changed } = entry
  return { name, facts, etag: etagOf(subjectOf(name, entry)), changed: shownChange(changed) }
}

function subjectOf(name: string, entry: FactsEntry | undefined): Subject {
  return { what: 'model', name, changed: entry?.changed }
}

function shownChannel({ listedAtMs, ...rest }: ChannelState) {
  return { ...rest, ...(listedAtMs !== undefined && { listedAt: new Date(listedAtMs).toISOString() }) }
}
