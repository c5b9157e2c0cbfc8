const IDENTIFIER = /^[A-Za-z_$][\w$]*$/
const WIDTH = 100

/** sourceText writes a JSON value as a person writes it in a config file. Objects are broken into lines, short lists are not. */
export function sourceText(value: unknown, indent = ''): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map(item => sourceText(item, deeper))
    const line = `[${items.join(', ')}]`
    if (line.length <= WIDTH && !line.includes('\n')) return line
    return `[\n${items.map(item => deeper + item).join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value).map(([name, member]) => `${keyText(name)}: ${sourceText(member, deeper)}`)
  if (members.length === 0) return '{}'
  const line = `{ ${members.join(', ')} }`
  if (line.length <= WIDTH && !line.includes('\n')) return line
  return `{\n${members.map(member => deeper + member).join(',\n')}\n${indent}}`
}

/** keyText writes the name of a member. In a literal a plain `__proto__` is no member. */
export function keyText(name: string): string {
  if (name === '__proto__') return "['__proto__']"
  return IDENTIFIER.test(name) ? name : quoted(name)
}

/** commentText makes text safe to stand behind `//`. */
export function commentText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}

/** quoted writes a text in single quotes; JSON's escapes are JavaScript's, except for the quotes. */
function quoted(text: string): string {
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return `'${inner.replaceAll("'", "\\'")}'`
}
