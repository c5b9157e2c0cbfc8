import type { RequestHead } from '@isthmus/core'
import { invalid } from '@isthmus/core/wire'
import { DIALECT } from './types.ts'

/** ModelPath is what the path of a request says: this format has the model and the wish for a stream there. */
export interface ModelPath {
  readonly model: string
  readonly verb: string
}

/** modelPath reads the path: the model may hold slashes and colons, and the verb stands behind the last colon. */
export function modelPath(head: RequestHead): ModelPath {
  const text = nameAndVerb(head)
  const colon = text.lastIndexOf(':')
  const model = colon < 0 ? '' : text.slice(0, colon)
  return { model: bareModel(model), verb: colon < 0 ? '' : text.slice(colon + 1) }
}

/** What a route leaves open is decoded already, and does not say which collection it stands in. */
function nameAndVerb({ params, path }: RequestHead): string {
  const open = params['*']
  if (open === undefined || open === '') return decoded(path.replace(/^\/+(v\d\w*\/+)?/, ''))
  return COLLECTION.exec(path)?.[1] === TUNED ? `${TUNED}/${open}` : open
}

const TUNED = 'tunedModels'
const COLLECTION = /\/(models|tunedModels)\//

/** bareModel leaves out the collection that the service's own models stand in. */
export function bareModel(name: string): string {
  return name.replace(/^\/*models\//, '')
}

/** resourceName gives a model's name with the collection it stands in, as bodies have it. */
export function resourceName(model: string): string {
  const name = bareModel(model)
  return name.startsWith(`${TUNED}/`) ? name : `models/${name}`
}

/** resourceOf gives the same as paths have it: what would end a part of the path is encoded. */
export function resourceOf(model: string): string {
  const name = resourceName(model)
  const slash = name.indexOf('/') + 1
  return name.slice(0, slash) + encodeURIComponent(name.slice(slash))
}

/** dialectOf tells how the client wants its reply written. */
export function dialectOf({ query, headers }: RequestHead, stream: boolean): readonly string[] {
  const framing = (query.alt ?? query.$alt) === 'sse' ? DIALECT.sse : DIALECT.array
  const older = headers['x-goog-api-client']?.includes(OLDER_SDK) === true
  return [...(stream ? [framing] : []), ...(older ? [DIALECT.withoutBlanks] : [])]
}

/** How the vendor's older SDK names itself. */
const OLDER_SDK = 'genai-js/'

function decoded(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    throw invalid('model', 'a path that is properly percent-encoded', path)
  }
}
