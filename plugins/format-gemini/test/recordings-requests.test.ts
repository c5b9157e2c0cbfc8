import { readdirSync, readFileSync } from 'node:fs'
import type { RequestHead } from '@isthmus/core'
import { isGatewayError } from '@isthmus/core'
import { type Allowed, differences, unexplained } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { encodeRequest } from '../src/request-encode.ts'

/*
 * Recorded requests to the real service, and those that real clients send. What comes out may differ from what went in only
 * as the tables below say, each difference for a reason.
 */

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

const ALLOWED: readonly Allowed[] = [
  { path: /^generationConfig\.stopSequences$/, when: isEmpty, why: 'an empty list says nothing and is left out' },
  { path: /^generationConfig$/, when: isEmpty, why: 'an empty object says nothing and is left out' },
  {
    path: /^generationConfig$/,
    when: was => isObject(was) && Object.values(was).every(isEmpty),
    why: 'an object of empty lists says nothing and is left out'
  },
  { path: /^safetySettings$/, when: isEmpty, why: 'an empty list says nothing and is left out' }
]
/** Requests that are refused, with the path of what is wrong, as the service refused them. */
const REFUSED: Readonly<Record<string, string>> = {
  'vertex-gemini-f50c2d3377': 'contents[0].role'
}

const shared = new URL('../../../../shared/', import.meta.url)

function load<T>(folder: string): readonly T[] {
  try {
    const at = new URL(folder, shared)
    return readdirSync(at).map(name => JSON.parse(readFileSync(new URL(name, at), 'utf8')) as T)
  } catch {
    return []
  }
}

/** The differences that occur: one that never does would hide a mistake. */
const used = new Set<Allowed>()

const head = (url: string): RequestHead => {
  const { pathname, searchParams } = new URL(url, 'http://127.0.0.1')
  return { method: 'POST', path: pathname, query: Object.fromEntries(searchParams), params: {}, headers: {} }
}

function check(t: Test, name: string, url: string, body: JsonObject): void {
  const refused = REFUSED[name]
  if (refused !== undefined) {
    t.equal(pathOf(body, url), refused, `${name}: is refused`)
    return
  }
  const decoded = decodeRequest(body, head(url))
  t.equal(decoded.model.includes(':'), false, `${name}: the model is free of the verb`)
  t.equal(decoded.reply.stream, url.includes(':streamGenerateContent'), `${name}: stream`)
  const encoded = encodeRequest(decoded, { provider: 'p', model: decoded.model })
  const after = JSON.parse(JSON.stringify(encoded.body)) as JsonObject
  t.same(unexplained(differences(body, after), ALLOWED, used), [], `${name}: comes back as it went`)
  t.same(encoded.gaps, [], `${name}: loses nothing`)
}

function pathOf(body: JsonObject, url: string): string | undefined {
  try {
    decodeRequest(body, head(url))
  } catch (thrown) {
    return isGatewayError(thrown) && thrown.kind === 'invalid_request' ? thrown.path : String(thrown)
  }
  return undefined
}

interface Recording {
  readonly id: string
  readonly request: { readonly path: string; readonly body?: unknown } | null
}

t.test('recorded requests come back as they went', async t => {
  const recordings = load<Recording>('recordings/gemini/')
  if (recordings.length === 0) t.comment('no recordings beside the repository: nothing to check')
  for (const { id, request } of recordings) {
    if (!isObject(request?.body) || request.path.includes(':countTokens')) continue
    check(t, id, request.path, request.body)
  }
})

interface Capture {
  readonly what: string
  readonly request?: { readonly method: string; readonly url: string; readonly body: unknown }
}

t.test('what real clients send comes back as it went', async t => {
  const clients = (() => {
    try {
      return readdirSync(new URL('clients/captures/', shared))
    } catch {
      t.comment('no captures beside the repository: nothing to check')
      return []
    }
  })()
  for (const client of clients) {
    for (const { what, request } of load<Capture>(`clients/captures/${client}/`)) {
      if (request?.method !== 'POST' || !/:(streamG|g)enerateContent/.test(request.url)) continue
      const body = { ...(request.body as JsonObject) }
      // A long list that another capture has is replaced by a note.
      if (typeof body.tools === 'string') delete body.tools
      check(t, `${client}: ${what}`, request.url, body)
    }
  }
})

t.test('every difference that is allowed occurs', async t => {
  if (used.size === 0) t.comment('nothing was compared')
  else for (const entry of ALLOWED) t.ok(used.has(entry), `${entry.path.source}: ${entry.why}`)
})
