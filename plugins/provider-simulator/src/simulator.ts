import {
  type CountRequest,
  type Endpoint,
  type EndpointOptions,
  endEvent,
  endpointFrom,
  type FeatureTable,
  type IrRequest,
  type Provider,
  providerFrom,
  resultEvent,
  type UpstreamCodec
} from '@isthmus/core'
import { parseJson } from '@isthmus/core/wire'
import { type Clock, systemClock } from './clock.ts'
import { headOf } from './job.ts'
import { converses, embeds, KNOWN_MODELS } from './models.ts'
import { Upstream } from './upstream.ts'
import { countInput } from './usage.ts'
import type { Api, Wire } from './wires.ts'

/** CANNOT is what no simulated model does, although a wire can say it. */
const CANNOT: Partial<FeatureTable> = {
  'output.logprobs': 'rejected',
  'output.audio': 'rejected',
  'output.image': 'rejected',
  'tools.hosted': 'rejected',
  'tools.search': 'dropped',
  'tools.choice.hosted': 'rejected',
  'hosted.options': 'rejected',
  'cache.handle': 'rejected',
  'state.previous': 'rejected',
  'state.background': 'rejected'
}

/** simulator makes the provider: a codec of the wire on this side, and a miniature upstream in place of a connection. */
export function simulator(wire: Wire, tokenDelayMs: number, clock: Clock = systemClock): Provider {
  const upstream = new Upstream(wire, tokenDelayMs, clock)
  const provider = providerFrom(wire.generate.format, {
    baseUrl: 'http://simulator.invalid',
    path: wire.generate.path,
    features: CANNOT,
    serves: converses,
    traits: () => wire.traits,
    known: KNOWN_MODELS,
    send: (request, signal) => upstream.send(request, signal)
  })
  return { ...provider, endpoints: endpointsOf(wire, provider) }
}

function endpointsOf(wire: Wire, provider: Provider): readonly Endpoint[] {
  const { complete, embed, count } = wire
  const traits = () => wire.traits
  return [
    count === undefined ? countedHere(wire, provider) : bound(count, { features: CANNOT, serves: converses, traits }),
    ...(complete === undefined ? [] : [bound(complete, { features: CANNOT, serves: converses })]),
    ...(embed === undefined ? [] : [bound(embed, { features: { 'embed.media': 'exact' }, serves: embeds })])
  ]
}

type Given = Pick<EndpointOptions<unknown, IrRequest>, 'features' | 'serves' | 'traits'>

function bound({ format, path, maxInputs }: Api<UpstreamCodec<IrRequest>>, given: Given): Endpoint {
  return endpointFrom(format, { path, ...given, ...(maxInputs !== undefined && { maxInputs }) })
}

/** countedHere is for a wire that cannot ask for a number: the request is written and read, and what was read is counted. */
function countedHere(wire: Wire, provider: Provider): Endpoint {
  const { format, features, forwardHeaders, decoder, decodeError } = provider
  return {
    operation: 'count_tokens',
    format,
    features,
    serves: converses,
    ...(forwardHeaders && { forwardHeaders }),
    encode: (request, target) => provider.encode(inputOf(request as CountRequest), target),
    decoder,
    decodeError,
    answer(request, target) {
      const upstream = provider.encode(inputOf(request as CountRequest), target)
      const read = wire.generate.format.request.decode(parseJson(String(upstream.body)), headOf(upstream))
      return [resultEvent({ op: 'count_tokens', inputTokens: countInput(read), estimated: false }), endEvent()]
    }
  }
}

const inputOf = ({ input }: CountRequest) => input
