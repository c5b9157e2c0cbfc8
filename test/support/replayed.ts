import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import type { Test } from 'tap'
import type { Recording } from './shared.ts'

/* An upstream of every format that answers what real ones answered, by the name of the model it is asked for. */

const TYPES = { json: 'application/json', sse: 'text/event-stream', text: 'text/plain' } as const

/** replayed starts the upstream, for as long as the test runs, and gives its origin. */
export async function replayed(t: Test, all: readonly Recording[]): Promise<string> {
  const byId = new Map(all.map(recording => [recording.id, recording]))
  const upstream = await fakeUpstream(request => answer(byId, request))
  t.teardown(() => upstream.close())
  return upstream.origin
}

function answer(all: ReadonlyMap<string, Recording>, request: RecordedRequest): Answer {
  const found = all.get(modelOf(request))
  if (found === undefined) return { status: 404 }
  const { status, kind, headers, body } = found.response
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { status, headers: { ...headers, 'content-type': TYPES[kind] }, steps: [text] }
}

/** NAMED is put before the names of models that only have Responses: a provider knows these by their name. */
export const NAMED = 'gpt-5-pro-'

/** modelOf gives the name of the model: in the path, as Gemini has it, or in the body. A list is asked for below a name. */
function modelOf({ method, url, ...request }: RecordedRequest): string {
  const [, list] = /^\/([^/]+)\/(?:v\w+\/)?models(?:\?|$)/.exec(url) ?? []
  const [, inPath] = /\/models\/([^/:?]+)/.exec(url) ?? []
  const name = list ?? inPath ?? (method === 'POST' ? String(request.json().model) : '')
  return name.replace(NAMED, '')
}
