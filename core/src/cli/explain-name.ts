import type { Asked } from '../contract/index.ts'
import { countText } from './amounts.ts'
import { plain } from './columns.ts'
import { Failed } from './fail.ts'
import type { ConfigFlags } from './prepare.ts'
import type { Terminal } from './terminal.ts'
import { withGateway } from './with-gateway.ts'

export interface ExplainFlags extends ConfigFlags {
  readonly tokens?: number
  readonly group?: string
  readonly user?: string
  readonly session?: string
  readonly json?: true
}

const MOST_SHOWN = 20

/** explainName tells how a name is understood, and fails where no model has it. */
export function explainName(name: string, flags: ExplainFlags, terminal: Terminal): Promise<void> {
  const { tokens, group, user, session, json } = flags
  const asked: Asked = {
    ...(tokens !== undefined && { inputTokens: () => tokens }),
    ...(group !== undefined && { group }),
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session })
  }
  return withGateway(flags, terminal, ({ books }) => {
    const explanation = books.explain(name, asked)
    const { steps, targets, problem } = explanation
    if (json) terminal.out(JSON.stringify(explanation, null, 2))
    else {
      terminal.out(steps.map(plain).join('\n'))
      const shown = targets.slice(0, MOST_SHOWN).map(target => `  ${plain(target)}`)
      if (targets.length > MOST_SHOWN) shown.push(`  and ${countText(targets.length - MOST_SHOWN)} more (--json)`)
      if (shown.length > 0) terminal.out(`\nTo be tried, in this order:\n${shown.join('\n')}`)
    }
    if (problem === undefined) return
    if (!json) terminal.err(plain(problem))
    throw new Failed()
  })
}
