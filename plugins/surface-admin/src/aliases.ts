import { type AliasEntry, AliasSchema, type Changed, type Host } from '@isthmus/core'
import { nearest } from '@isthmus/core/wire'
import { Type } from 'typebox'
import { json, none } from './answers.ts'
import { SURFACE_ADMIN_UNKNOWN } from './errors.ts'
import { changing, etagOf, type Subject, shown } from './precondition.ts'
import { mount, nameOf } from './route.ts'
import { AliasEntrySchema, NameSchema } from './schema.ts'

const params = NameSchema('Name of the alias; its slashes may be left as they are.')
const List = Type.Object({ data: Type.Array(AliasEntrySchema) }, { description: 'All aliases.' })
const Done = Type.Null({ description: 'Done.' })

/** mountAliases adds the routes that show and change aliases. */
export function mountAliases({ http, catalog, log }: Host): void {
  const path = '/admin/aliases/*'

  mount(http, {
    method: 'GET',
    path: '/admin/aliases',
    schema: { summary: 'All aliases, where each is from and what it covers.', response: { 200: List } },
    handle: (_request, reply) => json(reply, { data: catalog.aliases.list().map(shownAlias) })
  })

  mount(http, {
    method: 'GET',
    path,
    schema: { summary: 'One alias.', params, response: { 200: AliasEntrySchema } },
    handle(request, reply) {
      const name = nameOf(request)
      const entry = catalog.aliases.get(name)
      if (entry === undefined) throw unknownAlias(name, catalog.aliases.list())
      return json(reply, shownAlias(entry), etagOf(subjectOf(name, entry)))
    }
  })

  mount(http, {
    method: 'PUT',
    path,
    schema: {
      summary: 'Set an alias. It holds for the next request.',
      params,
      body: AliasSchema,
      response: { 200: AliasEntrySchema, 201: AliasEntrySchema }
    },
    async handle(request, reply) {
      const name = nameOf(request)
      const stood = catalog.aliases.get(name)?.alias !== undefined
      const now = () => subjectOf(name, catalog.aliases.get(name))
      const entry = await changing(request, now, change => catalog.aliases.put(name, request.body, change))
      log.info({ alias: name, by: entry.changed?.by, missing: entry.missing }, 'alias set')
      reply.code(stood ? 200 : 201)
      return json(reply, shownAlias(entry), etagOf(subjectOf(name, entry)))
    }
  })

  mount(http, {
    method: 'DELETE',
    path,
    schema: { summary: 'Take an alias away, also one of the file.', params, response: { 204: Done } },
    async handle(request, reply) {
      const name = nameOf(request)
      const now = () => subjectOf(name, catalog.aliases.get(name))
      if (catalog.aliases.get(name)?.alias === undefined) throw unknownAlias(name, catalog.aliases.list())
      await changing(request, now, async change => {
        await catalog.aliases.remove(name, change)
        log.info({ alias: name, by: change.by }, 'alias removed')
      })
      const left = catalog.aliases.get(name)
      return none(reply, left && etagOf(subjectOf(name, left)))
    }
  })

  mount(http, {
    method: 'DELETE',
    path: '/admin/changes/aliases/*',
    schema: {
      summary: 'Take a change of an alias back: what the file says holds again.',
      params,
      response: { 204: Done }
    },
    async handle(request, reply) {
      const name = nameOf(request)
      const now = () => subjectOf(name, catalog.aliases.get(name))
      if (now().changed === undefined) throw SURFACE_ADMIN_UNKNOWN('change of an alias', shown(name), '')
      const entry = await changing(request, now, async change => {
        const reverted = await catalog.aliases.revert(name, change)
        log.info({ alias: name, by: change.by }, 'change of an alias taken back')
        return reverted
      })
      return none(reply, entry && etagOf(subjectOf(name, entry)))
    }
  })
}

/** shownAlias is an alias as the API shows it. */
export function shownAlias(entry: AliasEntry) {
  const { name, alias = null, from, changed, over, missing } = entry
  return {
    name,
    alias,
    from,
    etag: etagOf(subjectOf(name, entry)),
    ...(changed && { changed: shownChange(changed) }),
    ...(over && { over }),
    missing
  }
}

/** shownChange says who changed something, and when. */
export const shownChange = ({ by, atMs }: Changed) => ({ by, at: new Date(atMs).toISOString() })

function subjectOf(name: string, entry: AliasEntry | undefined): Subject {
  return { what: 'alias', name, value: entry?.alias, changed: entry?.changed }
}

function unknownAlias(name: string, entries: readonly AliasEntry[]) {
  const near = nearest(
    shown(name),
    entries.flatMap(entry => (entry.alias === undefined ? [] : entry.name)),
    3
  )
  const hint = near.length === 0 ? '' : `. Did you mean ${near.map(it => `'${it}'`).join(' or ')}?`
  return SURFACE_ADMIN_UNKNOWN('alias', shown(name), hint)
}
