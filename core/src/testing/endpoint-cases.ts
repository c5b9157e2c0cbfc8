import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { Endpoint, Provider, Target, UpstreamRequest } from '../contract/index.ts'
import type { GenerateRequest, IrRequest, Operation } from '../ir/index.ts'
import { type Case, outcomeOf } from './case.ts'
import { decodeInAllChunkings } from './decode-all.ts'
import { decodeErrorCases } from './error-cases.ts'
import { checkTable } from './format-cases.ts'
import { JUNK_BYTES } from './junk.ts'
import { sampleRequests } from './sample-requests.ts'

type Up = (name: string, run: (provider: Provider) => void | Promise<void>) => Case

/** endpointCases hold the endpoints beside a provider's own to what holds for any operation. */
export function endpointCases(up: Up, targetOf: (provider: Provider) => Target): readonly Case[] {
  return [
    up('other endpoints: every feature has a verdict', provider => {
      for (const { features, featuresFor, maxInputs } of othersOf(provider)) {
        checkTable(features)
        if (featuresFor !== undefined) checkTable(featuresFor(targetOf(provider).model))
        ok(maxInputs === undefined || maxInputs > 0, `maxInputs is ${maxInputs}`)
      }
    }),
    up('other endpoints: a small request is described whole, and twice the same', provider => {
      for (const endpoint of othersOf(provider)) {
        if (endpoint.answer !== undefined) continue
        const request = smallRequest(endpoint.operation)
        const upstream = endpoint.encode(request, targetOf(provider))
        checkUpstreamRequest(upstream)
        deepEqual(endpoint.encode(request, targetOf(provider)), upstream)
      }
    }),
    up('other endpoints: junk in place of a reply is an error, not a crash', provider => {
      for (const endpoint of othersOf(provider)) {
        for (const { name, bytes } of JUNK_BYTES) {
          const head = { status: 200, headers: { 'content-type': 'application/json' } }
          const decoder = () => endpoint.decoder(targetOf(provider), head, undefined)
          ok(outcomeOf(decodeInAllChunkings(decoder, bytes)).error !== undefined, `${name} was read as a reply`)
        }
      }
    }),
    up('other endpoints: a refusal is read, whatever it is', async provider => {
      for (const { decodeError } of othersOf(provider)) {
        for (const { run } of decodeErrorCases(decodeError, [])) await run()
      }
    })
  ]
}

const othersOf = ({ endpoints = [] }: Provider): readonly Endpoint[] => endpoints

/** checkUpstreamRequest fails on a request that the transport could not send. */
export function checkUpstreamRequest(upstream: UpstreamRequest): void {
  match(upstream.path, /^($|[/?])/, 'the path does not go on from the base URL')
  for (const [name, value] of Object.entries(upstream.headers)) {
    equal(name, name.toLowerCase(), `the header '${name}' is not lower case`)
    equal(typeof value, 'string', `the header '${name}' is not text`)
  }
  equal(upstream.method === 'GET' && upstream.body !== undefined, false, 'a GET has a body')
}

/** smallRequest asks for little, in any operation. */
export function smallRequest(operation: Operation = 'generate'): IrRequest {
  const input = sampleRequests()[0]!.request as GenerateRequest
  const { model, ingress } = input
  switch (operation) {
    case 'generate':
      return input
    case 'complete':
      return {
        op: operation,
        model,
        ingress,
        prompts: ['The tide'],
        sampling: {},
        output: {},
        reply: { stream: false }
      }
    case 'embed':
      return { op: operation, model, ingress, inputs: ['The tide'] }
    case 'count_tokens':
      return { op: operation, model, ingress, input }
  }
}
