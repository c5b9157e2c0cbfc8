import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Ingress, MessageCall, Plugin, RequestHead, WireFormat } from '../contract/index.ts'
import { ISTHMUS_UPSTREAM_CLOSED } from '../errors/index.ts'
import type { GenerateRequest } from '../ir/index.ts'
import { type Case, stringsIn, withoutSource } from './case.ts'
import { descriptorCases, type PluginCaseOptions, withPlugin } from './descriptor-cases.ts'
import { encodeErrorCases, sampleErrors } from './error-cases.ts'
import { checkTable } from './format-cases.ts'
import { replyOptions } from './format-reply-cases.ts'
import { needs } from './format-request-cases.ts'
import { encodeModelCases, SAMPLE_MODELS } from './model-list-cases.ts'
import { requestHead } from './request-head.ts'
import { checkJunk } from './request-junk.ts'
import { sampleReplies } from './sample-replies.ts'
import { sampleRequests, textsOf } from './sample-requests.ts'

/** ClientRequest is a request as a client sends it, and what must be found in the IR. */
export interface ClientRequest {
  readonly name: string
  readonly body: unknown
  readonly head?: Partial<RequestHead>
  readonly model?: string
  /** All texts of the conversation, in order. */
  readonly texts?: readonly string[]
  readonly stream?: boolean
}

/** IngressCaseOptions say what the kit needs to know of an ingress. */
export interface IngressCaseOptions extends PluginCaseOptions {
  /** The wire format it binds, if it is one that has an encoder of requests: the kit then plays the client. */
  readonly format?: WireFormat<never>
  readonly requests?: readonly ClientRequest[]
  /** The head of its requests, where a format reads more than the body. */
  readonly head?: Partial<RequestHead>
}

/** ingressCases hold an ingress to the contract. A format's codec is held to more by `formatCases`. */
export function ingressCases<O extends TObject>(
  plugin: Plugin<'ingress', O>,
  given: IngressCaseOptions = {}
): readonly Case[] {
  const up = (name: string, run: (ingress: Ingress) => void | Promise<void>): Case =>
    withPlugin(name, plugin, given, run)
  return [
    ...descriptorCases('ingress', plugin, given),
    up('its routes can be mounted', checkRoutes),
    up('every feature has a verdict', ingress => {
      for (const call of messageCalls(ingress)) {
        checkTable(call.features)
        if (call.repliesWith !== undefined) checkTable(call.repliesWith(replyOptions()))
      }
    }),
    up('claims and credential answer for any head', ingress => {
      for (const headers of [{}, { authorization: 'Basic !' }, { 'x-api-key': '' }]) {
        const head = requestHead({ headers })
        if (ingress.claims !== undefined) equal(typeof ingress.claims(head), 'boolean')
        const credential = ingress.credential?.(head)
        ok(credential === undefined || typeof credential === 'string', 'the credential is not text')
      }
    }),
    up('junk is refused as an invalid request, and nothing else is thrown', ingress => {
      const calls = ingress.routes.flatMap(route => ('calls' in route ? route.calls : []))
      for (const call of calls) checkJunk((body, head) => call.decode(body, head), requestHead(given.head))
    }),
    ...(given.requests ?? []).map(request =>
      up(`request: ${request.name} is read`, ingress =>
        checkClientRequest(ingress, { head: given.head ?? {}, ...request })
      )
    ),
    ...(given.format === undefined ? [] : [sameAsFormat(plugin, given, given.format)]),
    ...sampleReplies().map(sample =>
      up(`reply: ${sample.name} is written, whole, streamed and broken off`, ingress => {
        for (const call of messageCalls(ingress)) {
          ok(JSON.stringify(call.encodeResponse(sample.response, replyOptions())).startsWith('{'))
          for (let at = 0; at <= sample.events().length; at++) checkEncoder(call, sample.events().slice(0, at))
        }
      })
    ),
    ...encodeErrorCases(() => ({ status: 500, body: {} })).map(({ name }, at) =>
      up(name, async ingress => {
        await encodeErrorCases((error, id) => ingress.encodeError(error, id))[at]!.run()
      })
    ),
    ...encodeModelCases(
      () => [],
      () => ({})
    ).map(({ name }, at) =>
      up(name, async ingress => {
        const head = requestHead({ method: 'GET' })
        await encodeModelCases(rows => ingress.encodeModels(rows, head), ingress.encodeModel)[at]!.run()
      })
    )
  ]
}

/** messageCalls are the calls of an ingress that answer with a message. */
export function messageCalls(ingress: Ingress): readonly MessageCall[] {
  const calls = ingress.routes.flatMap(route => ('calls' in route ? route.calls : []))
  return [...new Set(calls)].filter(call => 'encoder' in call)
}

function checkRoutes(ingress: Ingress): void {
  ok(ingress.routes.length > 0, 'there are no routes')
  const seen = new Set<string>()
  for (const route of ingress.routes) {
    match(route.path, /^\/[^?#]*$/, `'${route.path}' is no path`)
    const key = `${route.method} ${route.path}`
    ok(!seen.has(key), `the route ${key} stands twice`)
    seen.add(key)
  }
  ok(
    ingress.routes.some(route => 'calls' in route && route.calls.length > 0),
    'no route calls a model'
  )
  for (const prefix of ingress.prefixes) match(prefix, /^\//, `the prefix '${prefix}' does not begin with a slash`)
  for (const name of ingress.idHeaders ?? []) equal(name, name.toLowerCase())
}

function checkClientRequest(ingress: Ingress, { body, head, model, texts, stream }: ClientRequest): void {
  const call = messageCalls(ingress)[0] as MessageCall
  const request = call.decode(body, requestHead(head))
  equal(request.ingress.format, call.format)
  if (model !== undefined) equal(request.model, model)
  if (texts !== undefined && request.op === 'generate') deepEqual(textsOf(request), texts)
  if (stream !== undefined) equal(request.reply.stream, stream)
}

/** checkEncoder writes part of a reply and then ends or fails it; neither may throw or write something that is no text. */
function checkEncoder(call: MessageCall, events: ReturnType<ReturnType<typeof sampleReplies>[number]['events']>): void {
  for (const close of ['end', 'fail'] as const) {
    const encoder = call.encoder(replyOptions())
    match(encoder.contentType, /^[a-z]+\/[a-z0-9.+-]+/)
    const pieces = [encoder.ping?.() ?? '', ...events.map(event => encoder.push([event])), encoder.ping?.() ?? '']
    const last = close === 'end' ? encoder.end() : encoder.fail(ISTHMUS_UPSTREAM_CLOSED('kit'))
    for (const piece of [...pieces, last]) equal(typeof piece, 'string')
    if (close === 'fail' && !events.some(event => event.type === 'finish')) {
      ok(last !== '', 'a failure in the middle of a stream is not told')
    }
  }
}

function sameAsFormat<O extends TObject>(
  plugin: Plugin<'ingress', O>,
  given: IngressCaseOptions,
  format: WireFormat<never>
): Case {
  return withPlugin('requests are read as the format reads them', plugin, given, ingress => {
    equal(ingress.format, format.id)
    for (const { request, features } of sampleRequests()) {
      if (needs(features, format.features, 'rejected')) continue
      const { body } = format.request.encode(request, { provider: 'kit', model: request.model })
      const call = messageCalls(ingress)[0] as MessageCall
      const mine = call.decode(body, requestHead(given.head)) as GenerateRequest
      const theirs = format.request.decode(body, requestHead(given.head))
      // An ingress may add dialect flags to the reply's wishes; the conversation is the format's affair.
      deepEqual({ ...withoutSource(mine), reply: {} }, { ...withoutSource(theirs), reply: {} })
    }
    for (const error of sampleErrors().slice(0, 3)) {
      deepEqual(ingress.encodeError(error, 'kit-1'), format.error.encode(error, 'kit-1'))
    }
    ok(stringsIn(ingress.encodeModels(SAMPLE_MODELS, requestHead())).includes(SAMPLE_MODELS[0]!.id))
  })
}
