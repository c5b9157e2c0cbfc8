import type { MediaSource, Part, ToolResultPart } from '@isthmus/core'

/** describeParts puts parts in words: text as it is, media as one line that says what arrived. */
export function describeParts(parts: readonly Part[]): string {
  return parts
    .map(describePart)
    .filter(text => text !== '')
    .join('\n')
}

/** describeResults quotes the results of tools. */
export function describeResults(results: readonly ToolResultPart[], nameOf: (callId: string) => string): string {
  return results
    .map(result => {
      const said = describeParts(result.content)
      return `The tool ${nameOf(result.callId)} ${result.isError ? 'failed' : 'answered'}: ${said === '' ? '(nothing)' : said}`
    })
    .join('\n')
}

function describePart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text
    case 'image':
    case 'audio':
    case 'video':
      return `[${part.type}${describeSource(part.source)}]`
    case 'file':
      return `[file${part.filename === undefined ? '' : ` ${JSON.stringify(part.filename)}`}${describeSource(part.source)}]`
    case 'tool_result':
      return describeParts(part.content)
    case 'reasoning':
      return ''
    default:
      return `[${part.type}]`
  }
}

function describeSource(source: MediaSource): string {
  switch (source.kind) {
    case 'inline':
      return ` ${source.mime}, ${base64Bytes(source.data)} bytes`
    case 'url':
      return ` at ${source.url}`
    case 'file_ref':
      return ` with the id ${source.id}`
    case 'text':
      return ` text, ${source.text.length} characters`
    case 'blocks':
      return ` of ${source.parts.length} blocks`
  }
}

/** base64Bytes is the length of what a base64 text holds, without decoding it. */
function base64Bytes(data: string): number {
  const padding = data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0
  return Math.floor(((data.length - padding) * 3) / 4)
}
