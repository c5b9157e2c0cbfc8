/** matches tells whether a model fits one of the patterns, in any case; `*` stands for any text. */
export function matches(patterns: readonly string[], model: string): boolean {
  return patterns.some(pattern => fits(pattern, model))
}

function fits(pattern: string, model: string): boolean {
  const parts = pattern.toLowerCase().split('*')
  const name = model.toLowerCase()
  const [first = ''] = parts
  if (parts.length === 1) return name === first
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  const last = parts.at(-1) ?? ''
  return name.length - last.length >= at && name.endsWith(last)
}
