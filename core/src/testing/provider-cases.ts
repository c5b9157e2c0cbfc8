import { deepEqual, equal, match, ok } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Plugin, Provider, Target, UpstreamRequest, WireFormat } from '../contract/index.ts'
import type { FeatureTable, GenerateRequest } from '../ir/index.ts'
import { parseJson } from '../wire/index.ts'
import { type Case, outcomeOf, stringsIn } from './case.ts'
import { decodeInAllChunkings } from './decode-all.ts'
import { descriptorCases, type PluginCaseOptions, withPlugin } from './descriptor-cases.ts'
import { checkUpstreamRequest, endpointCases, smallRequest } from './endpoint-cases.ts'
import { decodeErrorCases } from './error-cases.ts'
import { featureSamples } from './feature-samples.ts'
import { checkTable } from './format-cases.ts'
import type { ErrorFixture, ReplyFixture } from './format-fixtures.ts'
import { checkReply, replyOptions } from './format-reply-cases.ts'
import { checkDiffers, checkGaps, checkTexts, needs } from './format-request-cases.ts'
import { JUNK_BYTES } from './junk.ts'
import { markSecrets } from './options.ts'
import { checkReplyFixture } from './reply-fixtures.ts'
import { sampleReplies } from './sample-replies.ts'
import { sampleRequests } from './sample-requests.ts'

/** ProviderCaseOptions say what the kit needs to know of a provider. */
export interface ProviderCaseOptions extends PluginCaseOptions {
  /** A model to ask for; default: the first one the provider knows, else `kit-model`. */
  readonly model?: string
  /** The wire format whose replies the upstream speaks unchanged: the kit then makes replies with it. */
  readonly format?: WireFormat<never>
  /** Replies as the upstream sends them. At least one whole and one streamed, where there is no `format`. */
  readonly replies?: readonly ReplyFixture[]
  readonly errors?: readonly ErrorFixture[]
}

/** providerCases hold a provider to the contract, whether it has a codec of its own or one made by `providerFrom`. */
export function providerCases<O extends TObject>(
  plugin: Plugin<'provider', O>,
  given: ProviderCaseOptions = {}
): readonly Case[] {
  const up = (name: string, run: (provider: Provider) => void | Promise<void>): Case =>
    withPlugin(name, plugin, given, run)
  const targetOf = (provider: Provider): Target => targetFor(plugin.name, provider, given)
  return [
    ...descriptorCases('provider', plugin, given),
    up('the base URL is one, and known models and time limits make sense', checkFacts),
    up('every feature has a verdict', provider => {
      checkTable(provider.features)
      checkTable(tableOf(provider, targetOf(provider)))
    }),
    ...sampleRequests().map(sample =>
      up(`request: ${sample.name} is described whole, and twice the same`, provider => {
        const target = targetOf(provider)
        if (needs(sample.features, tableOf(provider, target), 'rejected')) return
        const upstream = provider.encode(sample.request, target)
        checkUpstreamRequest(upstream)
        deepEqual(provider.encode(sample.request, target), upstream)
        checkGaps(upstream.gaps ?? [], sample.request)
        checkTexts(sample.request, bodyOf(upstream))
      })
    ),
    up('request: each feature is treated as its verdict says', provider => {
      const target = targetOf(provider)
      for (const sample of featureSamples(provider.format)) {
        checkDiffers(sample, tableOf(provider, target), request => provider.encode(request, target))
      }
    }),
    up('request: headers of a client of another format do not travel', provider => {
      const ingress = { format: 'kit', headers: { authorization: 'Bearer kit', cookie: 'kit', 'x-kit': 'kit' } }
      const request: GenerateRequest = { ...sampleRequests()[0]!.request, ingress }
      const { headers } = provider.encode(request, targetOf(provider))
      for (const name of Object.keys(ingress.headers)) equal(headers[name], undefined, `'${name}' was sent on`)
    }),
    authorizeCase(plugin, given),
    ...(given.format === undefined ? [] : formatReplies(plugin, given, given.format)),
    ...JUNK_BYTES.map(junk =>
      up(`reply: ${junk.name} is an error, not a crash`, provider => {
        for (const type of ['application/json', 'text/event-stream', 'application/x-ndjson', '']) {
          const head = { status: 200, headers: { 'content-type': type } }
          const decoder = () => provider.decoder(targetOf(provider), head, undefined)
          ok(
            outcomeOf(decodeInAllChunkings(decoder, junk.bytes)).error !== undefined,
            `read as a reply of type '${type}'`
          )
        }
      })
    ),
    ...(given.replies ?? []).map(fixture =>
      up(`reply: ${fixture.name} reads well however it is cut`, provider => {
        const head = { status: 200, headers: { 'content-type': 'application/json', ...fixture.headers } }
        checkReplyFixture(fixture, () => provider.decoder(targetOf(provider), head, undefined))
      })
    ),
    ...endpointCases(up, targetOf),
    ...errorsOf(plugin, given)
  ]
}

function targetFor(id: string, provider: Provider, given: ProviderCaseOptions): Target {
  return { provider: id, model: given.model ?? provider.models?.known?.[0]?.id ?? 'kit-model' }
}

function tableOf(provider: Provider, target: Target): FeatureTable {
  return provider.featuresFor?.(target.model) ?? provider.features
}

function checkFacts(provider: Provider): void {
  match(provider.format, /^[a-z0-9]+(-[a-z0-9]+)*$/, 'the format id is not kebab case')
  match(new URL(provider.baseUrl).protocol, /^https?:$/)
  ok(!provider.baseUrl.endsWith('/'), 'the base URL ends in a slash')
  for (const model of provider.models?.known ?? []) ok(model.id !== '', 'a known model has no id')
  const list = provider.models?.list
  if (list !== undefined) checkUpstreamRequest(list.request)
  for (const [name, value] of Object.entries(provider.timeouts ?? {})) ok(value > 0, `${name} is ${value}`)
}

/** bodyOf parses a JSON body, and gives any other as its text, with what stands in the path. */
function bodyOf({ body, path }: UpstreamRequest): unknown {
  const text = body === undefined ? '' : typeof body === 'string' ? body : new TextDecoder().decode(body)
  return [parseJson(text) ?? text, decodeURIComponent(path.replaceAll('+', ' '))]
}

function authorizeCase<O extends TObject>(plugin: Plugin<'provider', O>, given: ProviderCaseOptions): Case {
  const { options, secrets } = markSecrets(plugin.options, given.options ?? {})
  return withPlugin(
    'request: secrets stand nowhere before authorize, and authorize leaves a request that can be sent',
    plugin,
    { ...given, options },
    async (provider, host) => {
      const target = targetFor(plugin.name, provider, given)
      const upstream = provider.encode(sampleRequests()[0]!.request, target)
      const others = (provider.endpoints ?? []).filter(({ answer }) => answer === undefined)
      const written = [upstream, ...others.map(it => it.encode(smallRequest(it.operation), target))].flatMap(it =>
        stringsIn(it)
      )
      for (const secret of secrets) {
        ok(!written.some(text => text.includes(secret)), 'a secret stands in the encoded request')
      }
      if (provider.authorize === undefined) return
      const { body } = upstream
      await provider.authorize(upstream, { signal: new AbortController().signal })
      checkUpstreamRequest(upstream)
      equal(upstream.body, body, 'authorize changed the body')
      for (const secret of secrets) {
        ok(!JSON.stringify(host.lines).includes(secret), 'a secret was logged')
      }
    }
  )
}

/** formatReplies are for an upstream that speaks a known format as it is: the format's encoder plays the upstream. */
function formatReplies<O extends TObject>(
  plugin: Plugin<'provider', O>,
  given: ProviderCaseOptions,
  { response, features, repliesWith }: WireFormat<never>
): readonly Case[] {
  const table = repliesWith?.(replyOptions()) ?? features
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  return sampleReplies().map(sample =>
    withPlugin(`reply: ${sample.name}, whole and streamed, is read`, plugin, given, provider => {
      const target = targetFor(plugin.name, provider, given)
      const decoder = (type: string) => () =>
        provider.decoder(target, { status: 200, headers: { 'content-type': type } }, undefined)
      const whole = bytes(JSON.stringify(response.encode(sample.response, replyOptions())))
      checkReply(sample, decodeInAllChunkings(decoder('application/json'), whole), table)
      const encoder = response.encoder(replyOptions())
      const streamed = bytes(encoder.push(sample.events()) + encoder.end())
      checkReply(sample, decodeInAllChunkings(decoder(encoder.contentType), streamed), table)
    })
  )
}

function errorsOf<O extends TObject>(plugin: Plugin<'provider', O>, given: ProviderCaseOptions): readonly Case[] {
  const names = decodeErrorCases(() => ({ kind: 'upstream_protocol', message: 'unused' }), given.errors ?? [])
  return names.map(({ name }, at) =>
    withPlugin(name, plugin, given, async provider => {
      await decodeErrorCases(provider.decodeError, given.errors ?? [])[at]!.run()
    })
  )
}
