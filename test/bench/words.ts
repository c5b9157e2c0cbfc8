/** END_MARK closes the text of every reply, so that the load generator can tell a whole one from a cut one. */
export const END_MARK = 'END-OF-REPLY'

const WORDS = (
  'gateway request model token stream answer context prompt reply tool budget route latency price cache vector ' +
  'session policy upstream client format event schema retry window “quoted” naïve résumé 東京 value list number'
).split(' ')

/** words makes text of about `chars` characters, the same for the same seed: mostly ASCII, as prompts are, not only. */
export function words(chars: number, seed = 1): string {
  let state = seed
  let text = ''
  while (text.length < chars) {
    state = (state * 1103515245 + 12345) & 0x7fffffff
    text += (text === '' ? '' : ' ') + WORDS[(state >> 8) % WORDS.length]
  }
  return text.slice(0, chars)
}
