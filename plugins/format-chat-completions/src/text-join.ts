import type { Part } from '@isthmus/core'
import { spellingOf } from './ext.ts'

const BLANK = /^\s*$/

/** isBlank tells text without anything to read. */
export function isBlank(text: string): boolean {
  return BLANK.test(text)
}

/**
 * joinTexts puts the texts of a turn into one string. Neighbours are joined as they are; where something else stood
 * between two texts, a blank line keeps their sentences apart, unless they came out of one string.
 */
export function joinTexts(parts: readonly Part[]): string {
  let joined = ''
  let apart = false
  let item: number | undefined
  for (const part of parts) {
    if (part.type !== 'text') {
      apart = true
      continue
    }
    // Texts of one message may have been messages of their own.
    if (item !== undefined && part.item !== undefined && part.item.index !== item) apart = true
    item = part.item?.index
    const separate = apart && spellingOf(part)?.continues !== true && !isBlank(joined) && !isBlank(part.text)
    joined += separate ? `\n\n${part.text}` : part.text
    apart = false
  }
  return joined
}
