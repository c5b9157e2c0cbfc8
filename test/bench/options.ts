import { parseArgs } from 'node:util'

/** BenchOptions are the flags of `npm run bench`. */
export interface BenchOptions {
  readonly quick: boolean
  readonly peer: boolean
  /** Ids of figures; empty means all. */
  readonly only: readonly string[]
  /** Variant to take a CPU profile of. */
  readonly profile: string | undefined
  readonly launches: number
}

export const USAGE = `npm run bench -- [--quick] [--peer] [--only <figure>]... [--profile <variant>] [--launches <n>]

  --quick             two launches, a third of the rounds, little warm-up: to see that the bench works, not to judge by
  --peer              also measure @portkey-ai/gateway, installed into a temporary folder for the run
  --only <figure>     this figure only; may be given several times
  --profile <variant> write a CPU profile of one variant, e.g. 'isthmus chat-chat', and no results
  --launches <n>      how often every server is started; default 5`

/** readOptions throws on a flag that does not exist. */
export function readOptions(args: readonly string[]): BenchOptions & { readonly help: boolean } {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      peer: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      profile: { type: 'string' },
      launches: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  const launches = Number(values.launches ?? (values.quick ? 2 : 5))
  if (!Number.isInteger(launches) || launches < 1) throw new Error('--launches takes a whole number of at least 1')
  return {
    quick: values.quick,
    peer: values.peer || values.only.includes('peer'),
    only: values.only,
    profile: values.profile,
    launches,
    help: values.help
  }
}
