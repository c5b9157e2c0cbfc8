import type { Alias, AliasEntry, AliasText, Changed, FactsEntry, ModelFacts } from '@isthmus/core'
import { commentText, keyText, sourceText } from './source-text.ts'

/** Exported is the changes as the config would say them. */
export interface Exported {
  readonly models: {
    readonly aliases: Readonly<Record<string, AliasText>>
    readonly facts: Readonly<Record<string, ModelFacts>>
  }
  /** Aliases that were taken away: what to remove from the file. */
  readonly removed: readonly string[]
}

/** exported gives all changes as members of the config. */
export function exported(aliases: readonly AliasEntry[], facts: readonly FactsEntry[]): Exported {
  const changed = aliases.filter(entry => entry.changed !== undefined)
  return {
    models: {
      aliases: Object.fromEntries(changed.flatMap(({ name, alias }) => (alias ? [[name, shortest(alias)]] : []))),
      facts: Object.fromEntries(facts.map(entry => [entry.name, entry.facts]))
    },
    removed: changed.flatMap(({ name, alias }) => (alias === undefined ? [name] : []))
  }
}

/** exportedText writes all changes as a piece of `gateway.config.ts`. */
export function exportedText(aliases: readonly AliasEntry[], facts: readonly FactsEntry[]): string {
  const lines = [
    '// What was changed while the gateway ran. It belongs into the config, over members of the same name:',
    '// an alias replaces the one of the file, facts go over those of the file one by one.',
    'models: {',
    '  aliases: {',
    ...aliases.flatMap(aliasLines),
    '  },',
    '  facts: {',
    ...facts.flatMap(({ name, facts, changed }) => [
      `    // ${whoAndWhen(changed)}`,
      `    ${keyText(name)}: ${sourceText(facts, '    ')},`
    ]),
    '  }',
    '}'
  ]
  return `${lines.join('\n')}\n`
}

function aliasLines({ name, alias, changed, over }: AliasEntry): readonly string[] {
  if (changed === undefined) return []
  const who = `    // ${whoAndWhen(changed)}`
  if (alias !== undefined) return [who, `    ${keyText(name)}: ${sourceText(shortest(alias), '    ')},`]
  const what = commentText(keyText(name))
  return over?.from === 'config'
    ? [`${who}: took ${what} away; remove it from the file`]
    : [`${who}: took ${what} of ${commentText(over?.from ?? '')} away, which a config cannot say`]
}

const whoAndWhen = ({ by, atMs }: Changed): string => `${commentText(by)}, ${new Date(atMs).toISOString()}`

/** shortest is an alias as a person would write it. */
function shortest(alias: Alias): AliasText {
  const { targets, ...rest } = alias
  if (Object.values(rest).some(member => member !== undefined)) return alias
  const [only] = targets
  return targets.length === 1 && typeof only === 'string' ? only : targets
}
