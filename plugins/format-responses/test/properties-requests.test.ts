import { deepEqual, equal, ok } from 'node:assert/strict'
import { featuresOf, isGatewayError } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { encodeRequest } from '../src/request-encode.ts'
import { requestArbitrary } from './support/request-arbitraries.ts'

const wired = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const target = { provider: 'p', model: 'm' }

t.test('what a client of this format wrote is written back member for member', async () => {
  fc.assert(
    fc.property(requestArbitrary, body => {
      const encoded = encodeRequest(decodeRequest(body, requestHead()), { ...target, model: body.model as string })
      deepEqual(encoded.gaps, [])
      deepEqual(sorted(wired(encoded.body)), sorted(wired(body)))
    }),
    { numRuns: 300 }
  )
})

t.test('reading changes nothing, and writing is a matter of the request alone', async () => {
  fc.assert(
    fc.property(requestArbitrary, body => {
      const before = JSON.stringify(body)
      const request = decodeRequest(body, requestHead())
      const features = [...featuresOf(request)]
      const once = JSON.stringify(encodeRequest(request, target).body)
      const again = JSON.stringify(encodeRequest(request, target).body)
      return JSON.stringify(body) === before && once === again && features.join() === [...featuresOf(request)].join()
    }),
    { numRuns: 100 }
  )
})

t.test('no body makes the decoder throw anything but a refusal', async () => {
  fc.assert(
    fc.property(requestArbitrary, fc.jsonValue(), fc.nat(), (body, junk, at) => {
      const broken = replaced(body, junk, at)
      try {
        const request = decodeRequest(broken, requestHead())
        encodeRequest(request, target)
      } catch (thrown) {
        ok(isGatewayError(thrown), String(thrown))
        equal(thrown.kind, 'invalid_request')
      }
    }),
    { numRuns: 500 }
  )
})

/** sorted orders the members of objects: only lists have an order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])])
  )
}

/** replaced puts junk somewhere into a body. */
function replaced(body: JsonObject, junk: unknown, at: number): unknown {
  let left = at % 40
  const visit = (value: unknown): unknown => {
    if (left-- === 0) return junk
    if (Array.isArray(value)) return value.map(visit)
    if (!isObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member)]))
  }
  return visit(body)
}
