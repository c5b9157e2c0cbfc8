import { isObject, type JsonObject } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { membersOf } from './ext.ts'

/** encodeToolConfig writes `toolConfig`; undefined where the service's default says the same. */
export function encodeToolConfig(encoding: Encoding, tools: readonly JsonObject[]): JsonObject | undefined {
  const { request, native } = encoding
  const hasFunctions = tools.some(
    tool => tool.functionDeclarations !== undefined || tool.function_declarations !== undefined
  )
  const hosted = tools.some(tool =>
    Object.keys(tool).some(name => name !== 'functionDeclarations' && name !== 'function_declarations')
  )
  if (hosted && hasFunctions && !native && encoding.traits.hostedWithFunctions === false) {
    encoding.refuse('functions beside tools of the service, for a model that takes only one of the two')
  }
  const mixed = hosted && hasFunctions && !native && encoding.traits.hostedWithFunctions === true
  if (!hasFunctions && !native) {
    const { toolChoice } = request
    if (toolChoice !== undefined && toolChoice.type !== 'auto' && toolChoice.type !== 'none') {
      encoding.gap(`tools.choice.${toolChoice.type}`, 'dropped', { message: 'there are no functions' })
    }
    return undefined
  }
  const calling = callingConfig(encoding, mixed)
  const config: JsonObject = {
    ...(calling !== undefined && { functionCallingConfig: calling }),
    ...(mixed && { includeServerSideToolInvocations: true })
  }
  return Object.keys(config).length === 0 ? undefined : config
}

function callingConfig(encoding: Encoding, mixed: boolean): JsonObject | undefined {
  const { request, native } = encoding
  const choice = request.toolChoice
  const names = (list: readonly string[]): JsonObject => ({
    allowedFunctionNames: list.map(name => encoding.names.wire(name))
  })
  switch (choice?.type) {
    case 'none':
      return { mode: 'NONE' }
    case 'required':
      return { mode: 'ANY' }
    case 'one':
      return { mode: 'ANY', ...names([choice.name]) }
    case 'subset':
      return { mode: choice.mode === 'required' ? 'ANY' : 'VALIDATED', ...names(choice.names) }
    case 'hosted':
      return encoding.refuse('forcing a tool of the service')
    default:
      break
  }
  if (native) return choice === undefined ? undefined : { mode: ownMode(encoding) ?? 'AUTO' }
  return mixed || wantsStrict(encoding) ? { mode: 'VALIDATED' } : undefined
}

/** ownMode is the mode that the client wrote, where it says more than that a call is up to the model. */
function ownMode({ request }: Encoding): string | undefined {
  const config = membersOf(request)?.toolConfig
  const calling = isObject(config) ? config.functionCallingConfig : undefined
  return isObject(calling) && typeof calling.mode === 'string' ? calling.mode : undefined
}

/** The service checks the calls of all functions or of none. */
function wantsStrict(encoding: Encoding): boolean {
  const functions = encoding.request.tools.filter(tool => tool.type === 'function')
  if (!functions.some(tool => tool.strict)) return false
  const all = functions.every(tool => tool.strict !== false)
  if (!all) encoding.gap('tools.strict', 'dropped', { message: 'some of the functions are not strict' })
  return all
}
