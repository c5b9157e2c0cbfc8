import { type FeatureTable, type Provider, providerFrom } from '@isthmus/core'
import { type Clock, systemClock } from './clock.ts'
import { KNOWN_MODELS } from './models.ts'
import { Upstream } from './upstream.ts'
import type { Wire } from './wires.ts'

/** CANNOT is what no simulated model does, although a wire can say it. */
export const CANNOT: Partial<FeatureTable> = {
  'output.logprobs': 'rejected',
  'output.audio': 'rejected',
  'output.image': 'rejected',
  'tools.hosted': 'rejected',
  'tools.choice.hosted': 'rejected',
  'hosted.options': 'rejected',
  'cache.handle': 'rejected',
  'state.previous': 'rejected',
  'state.background': 'rejected'
}

/** simulator makes the provider: a codec of the wire on this side, and a miniature upstream in place of a connection. */
export function simulator(wire: Wire, tokenDelayMs: number, clock: Clock = systemClock): Provider {
  const upstream = new Upstream(wire, tokenDelayMs, clock)
  return providerFrom(wire.format, {
    baseUrl: 'http://simulator.invalid',
    path: wire.path,
    features: CANNOT,
    ...(wire.traits !== undefined && { traits: () => wire.traits }),
    known: KNOWN_MODELS,
    send: (request, signal) => upstream.send(request, signal)
  })
}
