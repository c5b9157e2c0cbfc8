import type { Host } from '@isthmus/core'
import type { Channel, Filters } from './capabilities.ts'
import { SURFACE_CATALOG_UNKNOWN } from './errors.ts'

/**
 * channelsOf gives the providers and models that a report is asked about. A model may be named as clients name it, or by
 * its own id; one that its provider does not list is reported on where the provider is named, as it can be asked for too.
 */
export function channelsOf(
  { gateway, catalog }: Pick<Host, 'gateway' | 'catalog'>,
  filters: Filters
): readonly Channel[] {
  const { ingress, provider, model } = filters
  const providers = gateway.providers()
  must(
    'ingress',
    ingress,
    gateway.ingresses().map(({ id }) => id)
  )
  must('provider', provider, providers)
  const asked = provider === undefined ? providers : [provider]
  const listed = new Map<string, string[]>(asked.map(id => [id, []]))
  for (const row of catalog.models()) listed.get(row.provider)?.push(row.id.slice(row.provider.length + 1))
  const channels = [...listed].map(([id, models]) => ({ provider: id, models }))
  return model === undefined ? channels : channels.flatMap(channel => withModel(channel, model, provider))
}

function withModel({ provider, models }: Channel, model: string, named: string | undefined): readonly Channel[] {
  const own = model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : undefined
  const id = models.includes(model) ? model : own
  if (id !== undefined) return [{ provider, models: [id] }]
  return named === undefined ? [] : [{ provider, models: [model] }]
}

function must(what: string, asked: string | undefined, known: readonly string[]): void {
  if (asked === undefined || known.includes(asked)) return
  throw SURFACE_CATALOG_UNKNOWN(what, asked.slice(0, 80), known.length === 0 ? '' : `; there are ${known.join(', ')}`)
}
