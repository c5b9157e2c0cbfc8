/**
 * What the OpenAI formats have in common: the envelope of errors, lists of models, token counts, finish reasons, settings,
 * the headers that travel, what is lost as a request is written, and the joining of texts that grow at the same time.
 * There is no I/O behind it, so that sibling formats may use it.
 */

export { decodeError, describeError, errorInReply } from './error-decode.ts'
export { encodeError, errorBody } from './error-encode.ts'
export { decodeFinish, encodeFinish } from './finish.ts'
export { FORWARD } from './forward.ts'
export { decodeModels, encodeModel, encodeModels } from './models.ts'
export { fitCallId, fitName } from './names.ts'
export { OpenAiEncoding } from './openai-encoding.ts'
export { decodeSampling, SAMPLING, SamplingProperties } from './sampling.ts'
export { TextLane } from './text-lane.ts'
export { decodeUsage, encodeInputUsage, encodeUsage } from './usage.ts'
