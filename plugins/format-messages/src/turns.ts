import type { JsonObject } from '@isthmus/core/wire'

/** Turn is one wire message being put together. Results stand first in it, whatever came before them. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly results: JsonObject[]
  readonly blocks: JsonObject[]
  readonly members: JsonObject
  /** The content as a string, where the client would have written one. */
  plain: string | undefined
}

export function newTurn(role: Turn['role']): Turn {
  return { role, results: [], blocks: [], members: {}, plain: undefined }
}

/** settleTurns drops blank text, which the service refuses, then turns left empty, and joins what then meets. */
export function settleTurns(turns: readonly Turn[]): Turn[] {
  const settled: Turn[] = []
  for (const turn of turns) {
    dropBlank(turn)
    if (turn.results.length === 0 && turn.blocks.length === 0 && !isSetting(turn)) continue
    const before = settled.at(-1)
    if (before?.role === turn.role && turn.role !== 'system') join(before, turn)
    else settled.push(turn)
  }
  return settled
}

/** An instruction may be nothing but settings for what follows. */
const isSetting = ({ role, members }: Turn): boolean => role === 'system' && members.output_config !== undefined

function join(into: Turn, turn: Turn): void {
  into.results.push(...turn.results)
  into.blocks.push(...turn.blocks)
  Object.assign(into.members, turn.members)
  into.plain = undefined
}

/** An empty text is always refused; one of white space alone is not beside other text or a call. */
function dropBlank(turn: Turn): void {
  const { blocks } = turn
  const substance = blocks.some(
    block => block.type === 'tool_use' || (block.type === 'text' && String(block.text).trim() !== '')
  )
  for (let at = blocks.length - 1; at >= 0; at--) {
    const block = blocks[at]!
    if (block.type !== 'text') continue
    const text = String(block.text)
    if (text !== '' && (substance || text.trim() !== '')) continue
    const before = blocks[at - 1]
    if (block.cache_control && before !== undefined && !before.cache_control) {
      blocks[at - 1] = { ...before, cache_control: block.cache_control }
    }
    blocks.splice(at, 1)
    turn.plain = undefined
  }
}

export function turnToWire(turn: Turn): JsonObject {
  const content = turn.plain ?? [...turn.results, ...turn.blocks]
  if (turn.role === 'system' && content.length === 0) return { role: turn.role, ...turn.members }
  return { role: turn.role, content, ...turn.members }
}
