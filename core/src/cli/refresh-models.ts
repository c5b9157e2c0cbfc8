import type { ChannelState } from '../contract/index.ts'
import { countText, timeText, UNKNOWN } from './amounts.ts'
import { columns, plain } from './columns.ts'
import { Failed } from './fail.ts'
import { mustBeChannel } from './models.ts'
import type { ConfigFlags } from './prepare.ts'
import type { Terminal } from './terminal.ts'
import { withGateway } from './with-gateway.ts'

export interface RefreshFlags extends ConfigFlags {
  readonly channel?: string
  readonly json?: true
}

const TITLES = ['CHANNEL', 'MODELS', 'LIST', 'READ AT', '']
const LISTINGS: Readonly<Record<ChannelState['listing'], string>> = {
  none: 'has none',
  pending: 'not asked yet',
  kept: 'kept from before',
  read: 'read',
  failed: 'failed'
}

/** refreshModels asks the upstreams for their lists now, and keeps them in the store. */
export function refreshModels(flags: RefreshFlags, terminal: Terminal): Promise<void> {
  return withGateway(flags, terminal, async ({ books, registry }) => {
    mustBeChannel(flags.channel, books, terminal)
    const states = await books.refresh(flags.channel)
    if (flags.json) terminal.out(JSON.stringify(states, null, 2))
    else terminal.out(columns([TITLES, ...states.map(stateText)], '', [undefined, 'right']))
    if (registry.all('store').length === 0 && states.some(({ listing }) => listing === 'read')) {
      terminal.err(
        '\nNo store is configured, so the lists are gone with this command. A running gateway reads its own.'
      )
    }
    if (states.some(({ listing }) => listing === 'failed')) throw new Failed()
  })
}

function stateText({ id, models, listing, listedAtMs, problem }: ChannelState): readonly string[] {
  const readAt = listedAtMs === undefined ? UNKNOWN : timeText(listedAtMs)
  return [id, countText(models), LISTINGS[listing], readAt, plain(problem ?? '')]
}
