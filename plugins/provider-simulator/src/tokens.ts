/* A simulated token is a word with the space before it; what has no spaces is cut into pieces of twelve characters. */
const TOKEN = /\s{0,12}\S{1,12}|\s{1,12}/gu

/** tokensOf cuts a text into simulated tokens, which add up to the text again. */
export function tokensOf(text: string): readonly string[] {
  return text.match(TOKEN) ?? []
}

/** countTokens is the number of simulated tokens of a text. */
export function countTokens(text: string): number {
  return tokensOf(text).length
}

const WORDS =
  `Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor incididunt ut labore et dolore
magna aliqua. Ut enim ad minim veniam, quis nostrud ullamco laboris nisi ut aliquip ex ea commodo consequat. Duis aute
irure dolor in velit esse cillum dolore eu fugiat nulla pariatur. Excepteur sint occaecat cupidatat non proident, sunt
in culpa qui officia deserunt mollit anim id est laborum.`.split(/\s+/)

/** fillerText is a fixed text of that many tokens. */
export function fillerText(tokens: number): string {
  const words: string[] = []
  for (let at = 0; at < tokens; at++) words.push(WORDS[at % WORDS.length] as string)
  return words.join(' ')
}
