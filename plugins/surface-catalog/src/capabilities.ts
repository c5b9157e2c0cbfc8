import {
  type ClientCall,
  concerns,
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  type FeatureInfo,
  type FormatId,
  type Host,
  type Ingress,
  type Operation
} from '@isthmus/core'
import { Tables, type VerdictTable } from './tables.ts'

/** Offer is a provider's models that are served alike, with the endpoints that could serve the call. */
export interface Offer {
  readonly provider: string
  /** By the names that clients send. Empty where the provider lists none: then it is what any model gets. */
  readonly models: readonly string[]
  /** In the order of preference; the one that loses least is asked. None: the call cannot be served. */
  readonly endpoints: readonly OfferedEndpoint[]
}

export interface OfferedEndpoint {
  /** Differs from the call's where the endpoint stands in, with what that loses in its table. */
  readonly operation: Operation
  /** `estimate` where the gateway answers roughly by itself. */
  readonly format: FormatId
  /** The id of the verdicts on requests. */
  readonly request: string
}

/** Capability is what clients of an ingress can ask for, and who could serve it. */
export interface Capability {
  readonly ingress: string
  readonly operation: Operation
  readonly format: FormatId
  readonly routes: readonly string[]
  /** The id of the verdicts on replies; absent where a reply is one value. */
  readonly reply?: string
  readonly offers: readonly Offer[]
}

/** Capabilities is the body of the report. */
export interface Capabilities {
  readonly features: Readonly<Record<string, FeatureInfo>>
  readonly tables: Readonly<Record<string, VerdictTable>>
  readonly capabilities: readonly Capability[]
}

/** Filters narrow the report. */
export interface Filters {
  readonly ingress?: string
  readonly provider?: string
  readonly model?: string
}

/** Channel is a provider and the ids of the models to report on. */
export interface Channel {
  readonly provider: string
  readonly models: readonly string[]
}

const REPLY_FEATURES = FEATURE_NAMES.filter(name => FEATURES[name].class === 'reply')
const REQUEST_FEATURES: Readonly<Record<Operation, readonly Feature[]>> = {
  generate: FEATURE_NAMES.filter(name => concerns('generate', name)),
  complete: FEATURE_NAMES.filter(name => concerns('complete', name)),
  embed: FEATURE_NAMES.filter(name => concerns('embed', name)),
  count_tokens: FEATURE_NAMES.filter(name => concerns('count_tokens', name))
}

/** capabilities makes the report over the ingresses and the channels that are asked for. */
export function capabilities(
  { gateway }: Pick<Host, 'gateway'>,
  channels: readonly Channel[],
  { ingress }: Filters
): Capabilities {
  const tables = new Tables()
  const found = gateway
    .ingresses()
    .filter(({ id }) => ingress === undefined || id === ingress)
    .flatMap(mounted =>
      callsOf(mounted.ingress, gateway.basePath, tables).map(
        ({ call, routes, reply }): Capability => ({
          ingress: mounted.id,
          operation: call.operation,
          format: call.format,
          routes,
          ...(reply !== undefined && { reply }),
          offers: channels.flatMap(channel => offersOf(gateway, call.operation, channel, tables))
        })
      )
    )
  return { features: FEATURES, tables: tables.all(), capabilities: found }
}

interface Served {
  readonly call: ClientCall
  readonly routes: string[]
  readonly reply: string | undefined
}

/** callsOf takes the calls together that differ in their path alone. */
function callsOf({ routes }: Ingress, basePath: string, tables: Tables): readonly Served[] {
  const byKey = new Map<string, Served>()
  for (const route of routes) {
    if (!('calls' in route)) continue
    for (const call of route.calls) {
      const reply = 'features' in call ? tables.add(call.features, REPLY_FEATURES) : undefined
      const key = `${call.operation} ${call.format} ${reply}`
      const path = `${route.method} ${basePath}${route.path}${call.suffix ?? ''}`
      const known = byKey.get(key)
      if (known === undefined) byKey.set(key, { call, routes: [path], reply })
      else if (!known.routes.includes(path)) known.routes.push(path)
    }
  }
  return [...byKey.values()]
}

/** offersOf takes the models together that have the same endpoints with the same verdicts. */
function offersOf(
  gateway: Host['gateway'],
  operation: Operation,
  { provider, models }: Channel,
  tables: Tables
): readonly Offer[] {
  const endpointsOf = (model: string): readonly OfferedEndpoint[] =>
    gateway.ways(operation, provider, model).map(({ endpoint, features }) => ({
      operation: endpoint.operation ?? 'generate',
      format: endpoint.format,
      request: tables.add(features, REQUEST_FEATURES[operation])
    }))
  if (models.length === 0) return [{ provider, models: [], endpoints: endpointsOf('') }]
  const alike = new Map<string, { readonly models: string[]; readonly endpoints: readonly OfferedEndpoint[] }>()
  for (const model of models) {
    const endpoints = endpointsOf(model)
    const key = JSON.stringify(endpoints)
    const known = alike.get(key)
    if (known === undefined) alike.set(key, { models: [`${provider}/${model}`], endpoints })
    else known.models.push(`${provider}/${model}`)
  }
  return [...alike.values()].map(it => ({ provider, ...it }))
}
