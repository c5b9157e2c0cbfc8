import { type Checker, checker } from '@isthmus/core/wire'
import type { Static, TSchema } from 'typebox'
import type { Request } from './answers.ts'

const checkers = new Map<TSchema, Checker<unknown>>()

/** queryOf checks the query of a request: a member that is not known is a slip, not a wish to leave it out. */
export function queryOf<S extends TSchema>({ query }: Request, schema: S): Static<S> {
  let known = checkers.get(schema)
  if (known === undefined) {
    known = checker(schema)
    checkers.set(schema, known)
  }
  return known.check(query, 'query') as Static<S>
}
