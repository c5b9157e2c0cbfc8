import type { AliasEntry, Host } from '@isthmus/core'
import { Type } from 'typebox'
import { shownChange } from './aliases.ts'
import { json } from './answers.ts'
import { exported, exportedText } from './export.ts'
import { shownFacts } from './models.ts'
import { etagOf } from './precondition.ts'
import { mount } from './route.ts'
import { ChangesSchema } from './schema.ts'

/** mountChanges adds the routes that show what differs from the file, and what the file would have to say. */
export function mountChanges({ http, catalog }: Host): void {
  mount(http, {
    method: 'GET',
    path: '/admin/changes',
    schema: {
      summary: 'What was changed while the gateway ran: what differs from the file.',
      response: { 200: ChangesSchema }
    },
    handle: (_request, reply) =>
      json(reply, {
        aliases: catalog.aliases.list().flatMap(shownDifference),
        models: catalog.facts.list().map(shownFacts)
      })
  })

  mount(http, {
    method: 'GET',
    path: '/admin/export',
    schema: {
      summary: 'The changes as a piece of the config, as source text; as JSON if `accept` asks for it.',
      response: { 200: Type.String({ description: 'What belongs into `gateway.config.ts`.' }) }
    },
    handle(request, reply) {
      const aliases = catalog.aliases.list()
      const facts = catalog.facts.list()
      if (/\bapplication\/json\b/.test(request.headers.accept ?? '')) return json(reply, exported(aliases, facts))
      return reply.type('text/plain; charset=utf-8').send(exportedText(aliases, facts))
    }
  })
}

function shownDifference({ name, alias, changed, over }: AliasEntry) {
  if (changed === undefined) return []
  return [
    {
      name,
      what: over === undefined ? 'added' : alias === undefined ? 'removed' : 'changed',
      now: alias ?? null,
      was: over?.alias ?? null,
      etag: etagOf({ what: 'alias', name, changed }),
      changed: shownChange(changed)
    }
  ]
}
