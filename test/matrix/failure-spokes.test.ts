import { ISTHMUS_UPSTREAM_ERRORS, type UpstreamErrorKind } from '@isthmus/core'
import { golden } from '@isthmus/core/testing'
import t from 'tap'
import { failureCases, type Told } from './support/fixtures.ts'
import { loadSpokes } from './support/formats.ts'

/*
 * Each failure of `fixtures/failures`, one format at a time: how an upstream of the format tells it reads as the kind
 * that the case names, and that kind is told to a client of the format as its file has it.
 */

const spokes = await loadSpokes()

for (const fixture of failureCases()) {
  const { title, error } = fixture.about
  t.test(`failure ${fixture.name}: ${title}`, async t => {
    const { kind, message, ...details } = error
    const known = ['case.json', ...spokes.flatMap(({ id }) => [`${id}.json`, `${id}.upstream.json`])]
    t.same(
      fixture.files().filter(file => !known.includes(file)),
      [],
      'every file belongs to a format'
    )
    for (const { id, format } of spokes) {
      const made = ISTHMUS_UPSTREAM_ERRORS[kind as UpstreamErrorKind].with(details, message)
      golden(fixture.path(`${id}.json`), format.error.encode(made, 'exchange'))
      const file = `${id}.upstream.json`
      if (!fixture.has(file)) continue
      const told = fixture.json(file) as Told
      const body = typeof told.body === 'string' ? told.body : JSON.stringify(told.body)
      const head = { status: told.status, headers: told.headers ?? {} }
      const read = format.error.decode(head, new TextEncoder().encode(body))
      t.match(read, error, `${file} reads as ${kind}`)
    }
  })
}
