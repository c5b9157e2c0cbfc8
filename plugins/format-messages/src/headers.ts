/** FORWARD_REQUEST are client headers that the encoder of this format reads. */
export const FORWARD_REQUEST: readonly string[] = ['anthropic-beta']

const limits = ['requests', 'tokens', 'input-tokens', 'output-tokens'].flatMap(what =>
  ['limit', 'remaining', 'reset'].map(which => `anthropic-ratelimit-${what}-${which}`)
)

/** FORWARD_REPLY are reply headers that go on to a client of this format. */
export const FORWARD_REPLY: readonly string[] = ['retry-after', ...limits]
