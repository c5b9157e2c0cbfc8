import type { AliasDefaults } from '../contract/index.ts'
import { ISTHMUS_MODEL_REASONING_OFF } from '../errors/index.ts'
import type { GenerateRequest, IrRequest, Reasoning } from '../ir/index.ts'

/** withDefaults fills what the client left open with what an alias says. A name that asks for thoughts leaves that not open. */
export function withDefaults(request: IrRequest, defaults: AliasDefaults, thinking = false): IrRequest {
  if (request.op !== 'generate' && request.op !== 'complete') return request
  const { temperature, maxOutputTokens, effort, strategy } = defaults
  const open = <T>(given: T | undefined, value: T | undefined): value is T => given === undefined && value !== undefined
  const filled = {
    ...request,
    ...(open(request.sampling.temperature, temperature) && { sampling: { ...request.sampling, temperature } }),
    ...(open(request.output.maxTokens, maxOutputTokens) && {
      output: { ...request.output, maxTokens: maxOutputTokens }
    }),
    ...(open(request.routing?.strategy, strategy) && { routing: { ...request.routing, strategy } })
  }
  if (filled.op !== 'generate' || effort === undefined || saysHowMuch(filled.reasoning)) return filled
  const mode = effort === 'none' ? 'off' : 'on'
  if (thinking && mode === 'off') return filled
  return { ...filled, reasoning: { expose: 'default', ...filled.reasoning, mode, effort, source: 'effort' } }
}

/**
 * asThinking makes the model think where its name said so, as far as the client left it open: what a client says about
 * reasoning itself goes before the name. `shown` tells whether the client's format has a place for the thoughts.
 */
export function asThinking(request: IrRequest, name: string, shown: boolean): IrRequest {
  // Other operations have no word for it: a text completion is answered without.
  if (request.op !== 'generate') return request
  const { reasoning } = request
  const off = reasoning?.mode === 'off' || reasoning?.effort === 'none' || reasoning?.budgetTokens === 0
  if (off) throw ISTHMUS_MODEL_REASONING_OFF.with({ param: 'model' }, name.slice(0, 128))
  const expose = shown && (reasoning?.expose ?? 'default') === 'default' ? 'summary' : (reasoning?.expose ?? 'default')
  if (saysHowMuch(reasoning)) return { ...request, reasoning: { ...(reasoning as Reasoning), expose } }
  return { ...request, reasoning: { ...reasoning, mode: 'on', expose, source: 'suffix' } }
}

function saysHowMuch(reasoning: GenerateRequest['reasoning']): boolean {
  return (
    reasoning !== undefined &&
    (reasoning.mode !== 'default' || reasoning.effort !== undefined || reasoning.budgetTokens !== undefined)
  )
}
