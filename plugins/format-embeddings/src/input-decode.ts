import type { EmbedRequest, Part } from '@isthmus/core'
import { invalid, isObject, type JsonObject, parseDataUrl } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

type Inputs = EmbedRequest['inputs']
type Input = Inputs[number]

/** DecodedInputs are the inputs of a request, and whether the one there is stood alone. */
export interface DecodedInputs {
  readonly inputs: Inputs
  readonly single: boolean
}

const FORMS = 'a string, an array of strings, an array of token ids or an array of such arrays'

/** decodeInputs reads the four forms of `input`, and the objects of vendors that embed more than text. */
export function decodeInputs(input: unknown): DecodedInputs {
  if (typeof input === 'string' && input !== '') return { inputs: [input], single: true }
  if (!Array.isArray(input) || input.length === 0) throw invalid('input', FORMS, input)
  if (typeof input[0] === 'number') return { inputs: [decodeTokens(input, 'input')], single: true }
  const strings = typeof input[0] === 'string' || isObject(input[0])
  const inputs = input.map((item, at) => decodeItem(item, strings, `input[${at}]`))
  return { inputs, single: false }
}

function decodeItem(item: unknown, strings: boolean, path: string): Input {
  if (strings) {
    if (typeof item === 'string') return item
    if (isObject(item)) return decodeMedia(item)
    throw invalid(path, 'a string', item)
  }
  if (!Array.isArray(item)) throw invalid(path, 'an array of token ids', item)
  return decodeTokens(item, path)
}

function decodeTokens(tokens: readonly unknown[], path: string): readonly number[] {
  if (tokens.length === 0) throw invalid(path, 'a non-empty array of token ids', tokens)
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]
    if (!Number.isInteger(token) || (token as number) < 0) throw invalid(`${path}[${at}]`, 'a token id', token)
  }
  return tokens as readonly number[]
}

/** decodeMedia reads `{content: [texts and images]}`. Any other object is kept whole, for an upstream that knows it. */
function decodeMedia(item: JsonObject): readonly Part[] {
  const { content } = item
  if (Array.isArray(content) && content.length > 0 && Object.keys(item).length === 1) {
    const parts = content.map(decodePart)
    if (!parts.includes(undefined)) return parts as readonly Part[]
  }
  return [{ type: 'opaque', native: { format: FORMAT, object: item }, replay: 'same_dialect' }]
}

function decodePart(entry: unknown): Part | undefined {
  if (!isObject(entry) || Object.keys(entry).length !== 2) return undefined
  if (entry.type === 'text') return typeof entry.text === 'string' ? { type: 'text', text: entry.text } : undefined
  const { type, image_url: image } = entry
  if (type !== 'image_url' || !isObject(image) || Object.keys(image).length !== 1) return undefined
  const { url } = image
  if (typeof url !== 'string') return undefined
  const inline = parseDataUrl(url)
  return { type: 'image', source: inline === undefined ? { kind: 'url', url } : { kind: 'inline', ...inline } }
}
