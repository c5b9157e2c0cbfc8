import type { GenerateRequest, Message, Part, ToolCallPart, ToolDef, ToolResultPart } from '@isthmus/core'

/** Turn is a request as a simulated model sees it: what was asked last, and what came back from tools since. */
export interface Turn {
  readonly request: GenerateRequest
  /** The request as it stood on the wire. */
  readonly body: string
  /** The last user message. */
  readonly asked: readonly Part[]
  /** Results that came after the last assistant turn. */
  readonly results: readonly ToolResultPart[]
  /** The function and custom tools that may be called; empty when calls are forbidden. */
  readonly callable: readonly CallableTool[]
  /** Whether the model has no choice but to call. */
  readonly mustCall: boolean
}
/** CallableTool is a tool that the client runs. */
export type CallableTool = Exclude<ToolDef, { readonly type: 'hosted' }>

/** turnOf looks at a request. */
export function turnOf(request: GenerateRequest, body: string): Turn {
  const { messages } = request
  const last = messages.findLastIndex(message => message.role === 'assistant')
  const results = messages.slice(last + 1).flatMap(message => message.parts.filter(isResult))
  return {
    request,
    body,
    asked: messages.findLast(message => message.role === 'user')?.parts ?? [],
    results,
    callable: callable(request),
    mustCall: isForced(request)
  }
}

/** toolNameOf finds the name of the tool that a result belongs to. */
export function toolNameOf(messages: readonly Message[], callId: string): string {
  for (const message of messages) {
    for (const part of message.parts) if (isCall(part) && part.id === callId) return part.name
  }
  return callId
}

/** isCall tells a call from other parts. */
export const isCall = (part: Part): part is ToolCallPart => part.type === 'tool_call'
const isResult = (part: Part): part is ToolResultPart => part.type === 'tool_result'

function callable({ tools, toolChoice }: GenerateRequest): readonly CallableTool[] {
  const own = tools.filter(tool => tool.type !== 'hosted')
  switch (toolChoice?.type) {
    case 'none':
      return []
    case 'one':
      return own.filter(tool => tool.name === toolChoice.name)
    case 'subset':
      return own.filter(tool => toolChoice.names.includes(tool.name))
    default:
      return own
  }
}

function isForced({ toolChoice }: GenerateRequest): boolean {
  if (toolChoice?.type === 'subset') return toolChoice.mode === 'required'
  return toolChoice?.type === 'required' || toolChoice?.type === 'one'
}
