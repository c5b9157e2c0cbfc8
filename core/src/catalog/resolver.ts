import type { AliasDefaults, Asked } from '../contract/index.ts'
import { ISTHMUS_ALIAS_UNAVAILABLE, ISTHMUS_MODEL_NO_REASONING } from '../errors/index.ts'
import { choose, inner, type SourcedAlias } from './aliases.ts'
import { shown, splitVariant, withoutThinking } from './names.ts'
import type { Offer, Offers } from './offers.ts'

/** Resolution is what a name came to. */
export interface Resolution {
  readonly offers: readonly Offer[]
  /** The alias that was asked for, and what it fills in. */
  readonly alias?: string
  readonly defaults?: AliasDefaults
}

/** Search is how a name is looked for, from the name that a client sent down to what that leads to. */
interface Search {
  readonly asked: Asked
  /** What was found, in words, where somebody wants to know. */
  readonly steps: string[] | undefined
  readonly depth: number
  /** A vendor before the slash is not taken for the channel of the same name. */
  readonly wide: boolean
}

/** The name that leaves the choice to a strategy; no name at all is the same. */
const AUTO = 'auto'
/** Aliases may lead to aliases, and only so deep: what is changed while it runs may close a circle. */
const MAX_DEPTH = 16
/** No list has a longer name, and looking costs time. */
const LONGEST = 1000
const MOST_SHOWN = 3

/** Resolver knows the rules by which a name leads to models, and their order: `core/docs/models.md` tells it to people. */
export class Resolver {
  readonly #offers: Offers
  readonly #aliases: () => ReadonlyMap<string, SourcedAlias>

  constructor(offers: Offers, aliases: () => ReadonlyMap<string, SourcedAlias>) {
    this.#offers = offers
    this.#aliases = aliases
  }

  /** resolve tries all rules; undefined where no model has the name. What it did goes into `steps`. */
  resolve(name: string, asked: Asked, steps?: string[]): Resolution | undefined {
    const search: Search = { asked, steps, depth: 0, wide: false }
    const found = name.length > LONGEST ? undefined : this.#lookUp(name, search)
    if (found !== undefined) return found
    const passed = this.#offers.pass(name)
    if (passed === undefined) {
      steps?.push('no rule knows the name')
      return undefined
    }
    steps?.push(
      `'${name}' is in no list; ${passed.map(({ provider }) => provider).join(', ')} is asked for it as it is`
    )
    return { offers: passed }
  }

  /**
   * lookUp tries the rules that need a list, in their order. What stands at the end of a name is taken off once: names come
   * from clients, and must not say how often is looked.
   */
  #lookUp(name: string, search: Search): Resolution | undefined {
    return this.#plain(name, search) ?? this.#variant(name, search) ?? this.#thinking(name, search)
  }

  /** plain looks for a name as it is. */
  #plain(name: string, search: Search): Resolution | undefined {
    const { steps } = search
    const qualified = name.includes('/')
    if (qualified) {
      const listed = this.#offers.listed(name, search.wide)
      if (listed.length > 0) {
        steps?.push(`'${name}' names a model${listed.length > 1 ? ` of ${listed.length} channels` : ''}`)
        return { offers: this.#offers.of(listed) }
      }
    }
    const alias = this.#aliases().get(name)
    if (alias !== undefined) return this.#alias(name, alias, search)
    if (name === '' || name === AUTO) {
      steps?.push('the choice is left to the strategy: all models are candidates')
      return { offers: this.#offers.talking() }
    }
    if (!qualified) {
      const named = this.#offers.index.find(name)
      if (named !== undefined && named.offered.length > 0) {
        const ids = () => named.offered.map(({ channel, id }) => `${channel.id}/${id}`).join(', ')
        steps?.push(named.short ? `'${name}' is short for ${ids()}` : `'${name}' is listed: ${ids()}`)
        return { offers: this.#offers.of(named.offered) }
      }
    }
    return undefined
  }

  #alias(name: string, { alias, from }: SourcedAlias, search: Search): Resolution {
    const { steps, depth } = search
    const { targets, why } = choose(name, alias, search.asked)
    steps?.push(`'${name}' is an alias (${from}) for ${targets.join(', ') || 'nothing that fits this request'}, ${why}`)
    const offers: Offer[] = []
    let defaults = alias.defaults
    // Whoever ships an alias knows vendors, and not what the channels of this gateway are called.
    const wide = search.wide || (from !== 'config' && from !== 'runtime')
    const deeper: Search = { ...search, depth: depth + 1, wide }
    for (const target of depth < MAX_DEPTH ? targets : []) {
      const found = this.#lookUp(target, deeper) ?? { offers: this.#offers.pass(target) ?? [] }
      if (offers.length === 0 && found.offers.length > 0) defaults = inner(defaults, found.defaults)
      if (found.offers.length === 0) steps?.push(`'${target}' leads to no model now`)
      offers.push(...found.offers)
    }
    if (offers.length === 0 && depth === 0) {
      const details = { clientCode: 'model_not_found', param: 'model' }
      const reason = targets.length === 0 ? 'none of its targets is for this request' : reasonFor(targets)
      throw ISTHMUS_ALIAS_UNAVAILABLE.with(details, shown(name), reason)
    }
    return { offers: once(offers), alias: name, ...(defaults && { defaults }) }
  }

  /** variant passes `:free` and the like to the channels that know them, with the model's own id before it. */
  #variant(name: string, search: Search): Resolution | undefined {
    const split = splitVariant(name)
    if (split === undefined) return undefined
    const thinks = split.variant.toLowerCase() === ':thinking'
    const { base, variant } = split
    const wide: Search = { ...search, steps: undefined, wide: true }
    const found = this.#plain(base, wide) ?? this.#thinking(base, wide)
    const offers = (found?.offers ?? []).flatMap(({ provider, model, thinking }) => {
      const channel = this.#offers.channels.get(provider)
      if (channel?.provider.models?.anyVendor !== true || !this.#offers.may(channel, model + variant)) return []
      // A model that thinks by its name is one of the list, where there is a list.
      if (thinks && channel.listed) return []
      return { ...this.#offers.offer(channel, model + variant), ...(thinking && { thinking }) }
    })
    if (offers.length > 0) {
      search.steps?.push(`'${variant}' is a variant of '${base}', which is for the channel to understand`)
      return { ...found, offers }
    }
    return thinks ? this.#thinking(`${base}-thinking`, { ...search, wide: false }) : undefined
  }

  /** thinking takes `-thinking` off and asks the model to think. A model whose real name ends so was found before. */
  #thinking(name: string, search: Search): Resolution | undefined {
    const base = withoutThinking(name)
    const found = base === undefined ? undefined : this.#plain(base, search)
    if (base === undefined || found === undefined) return undefined
    const offers = found.offers.flatMap(offer => (cannotThink(offer) ? [] : { ...offer, thinking: true as const }))
    if (offers.length === 0 && found.offers.length > 0) {
      throw ISTHMUS_MODEL_NO_REASONING.with({ param: 'model' }, shown(base))
    }
    search.steps?.push(`'-thinking' turns on the reasoning of '${base}'`)
    return { ...found, offers }
  }
}

/** A model of which nothing is known may think. */
function cannotThink({ info }: Offer): boolean {
  return info?.reasoning === false || (info?.output !== undefined && !info.output.includes('text'))
}

function reasonFor(targets: readonly string[]): string {
  const shownTargets = targets.slice(0, MOST_SHOWN).map(target => `'${shown(target)}'`)
  const more = targets.length > MOST_SHOWN ? ` and ${targets.length - MOST_SHOWN} more` : ''
  return `no channel that is up serves ${shownTargets.join(', ')}${more}`
}

/** once leaves out what comes again. */
export function once(offers: readonly Offer[]): readonly Offer[] {
  if (offers.length > MANY) return onceOfMany(offers)
  return offers.filter(({ provider, model }, at) => {
    for (let before = 0; before < at; before++) {
      const other = offers[before] as Offer
      if (other.model === model && other.provider === provider) return false
    }
    return true
  })
}

/** Up to here it is quicker to compare each with each. */
const MANY = 30

function onceOfMany(offers: readonly Offer[]): readonly Offer[] {
  const seen = new Set<string>()
  return offers.filter(({ provider, model }) => {
    const key = `${provider}/${model}`
    return !seen.has(key) && seen.add(key)
  })
}
