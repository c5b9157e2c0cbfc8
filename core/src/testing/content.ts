import type { FeatureTable, GenerateRequest, IrResponse, Message, Part } from '../ir/index.ts'
import { expresses, type Feature, inputTotal, verdictOf } from '../ir/index.ts'

/*
 * What a request or a reply says, without how a wire happened to say it: the form in which the cases compare the two
 * sides of a round trip. Members whose feature the format does not express are left out, as the format declares.
 */

/** requestContent is the comparable content of a request. */
export function requestContent(request: GenerateRequest, table: FeatureTable): unknown {
  const kept = (feature: Feature): boolean => table[feature] === 'exact'
  const { sampling, output } = request
  return {
    messages: request.messages.map(message => messageContent(message, kept)),
    tools: request.tools.map(tool =>
      tool.type === 'function'
        ? { name: tool.name, description: tool.description, schema: tool.schema }
        : { type: tool.type }
    ),
    // `auto` with tools is what every format means when it says nothing.
    toolChoice: request.toolChoice?.type === 'auto' ? undefined : request.toolChoice,
    temperature: kept('sampling.temperature') ? sampling.temperature : undefined,
    topP: kept('sampling.top_p') ? sampling.topP : undefined,
    seed: kept('sampling.seed') ? sampling.seed : undefined,
    stop: output.stop,
    n: output.n === 1 ? undefined : output.n,
    schema: output.format?.type === 'json_schema' ? output.format.schema : undefined,
    stream: request.reply.stream
  }
}

function messageContent(message: Message, kept: (feature: Feature) => boolean): unknown {
  const role = message.role === 'developer' && !kept('input.developer') ? 'system' : message.role
  return { role, parts: message.parts.flatMap(part => requestPart(part, kept)) }
}

function requestPart(part: Part, kept: (feature: Feature) => boolean): unknown[] {
  switch (part.type) {
    case 'text':
      return [{ text: part.text }]
    case 'image':
      return [{ image: part.source }]
    case 'tool_call':
      return [{ call: part.id, name: part.name, kind: part.kind, args: part.argsText }]
    case 'tool_result': {
      const error = kept('tools.result.error') ? part.isError === true : undefined
      return [{ result: part.callId, content: part.content.flatMap(inner => requestPart(inner, kept)), error }]
    }
    case 'reasoning':
      return kept('input.reasoning') ? [{ reasoning: part.text ?? '' }] : []
    default:
      return [{ type: part.type }]
  }
}

/** replyContent is the comparable content of a reply. */
export function replyContent(response: IrResponse, table: FeatureTable): unknown {
  const shown = (feature: Feature): boolean => expresses(verdictOf(table, feature))
  // A conversion may make text of a refusal; a format that has a word of its own for it keeps the two apart.
  const refusals = table['reply.refusal'] === 'exact'
  // A format without tools has no calls either.
  const called = verdictOf(table, 'tools.function') !== 'rejected'
  const choices = shown('reply.choices') ? response.choices : response.choices.slice(0, 1)
  return {
    model: response.model,
    choices: choices.map(choice => ({
      text: textOf(choice.parts, 'text') + (refusals ? '' : textOf(choice.parts, 'refusal')),
      refusal: refusals ? textOf(choice.parts, 'refusal') : undefined,
      reasoning: shown('reply.reasoning') ? textOf(choice.parts, 'reasoning') : undefined,
      calls: choice.parts.flatMap(part =>
        called && part.type === 'tool_call' && part.kind === 'function'
          ? [{ id: part.id, name: part.name, args: part.argsText }]
          : []
      ),
      finish: finishWord(choice.finish.reason, shown('reply.stop_sequence'), called)
    }))
  }
}

/** usageContent is the comparable part of a usage: how many tokens went in and came out, and how many were cached. */
export function usageContent({ usage }: IrResponse): unknown {
  return (
    usage && { input: inputTotal(usage), cacheRead: usage.input.cacheRead || undefined, output: usage.output.total }
  )
}

function textOf(parts: readonly Part[], type: 'text' | 'refusal' | 'reasoning'): string {
  let text = ''
  for (const part of parts) {
    if (part.type !== type) continue
    // A format may have no reasoning but a summary of it.
    text += part.text ?? (part.type === 'reasoning' ? (part.summary ?? []).join('\n\n') : '')
  }
  return text
}

/** finishWord: formats divide the ways to decline differently, and not all of them tell a stop sequence apart. */
function finishWord(reason: string, stopSequences: boolean, called: boolean): string {
  if (reason === 'refusal' || reason === 'content_filter') return 'declined'
  if (reason === 'tool_calls' && !called) return 'stop'
  return reason === 'stop_sequence' && !stopSequences ? 'stop' : reason
}
