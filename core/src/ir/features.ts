/**
 * Features: everything a wire format may or may not be able to express, by name. This table and the verdicts that
 * each format gives over it are the only source for the gap check, the reports, the docs and the tests.
 */

/**
 * FeatureClass decides what happens by default where a feature is missing. `meaning`: the answer would mean something
 * else without it, so the candidate is set aside. `tuning`: cost, speed or style; it is left out and reported.
 * `reply`: something a model says and the client's format cannot; it is left out, counted in usage and reported.
 */
export type FeatureClass = 'meaning' | 'tuning' | 'reply'

export interface FeatureInfo {
  readonly class: FeatureClass
  readonly about: string
}

const meaning = (about: string) => ({ class: 'meaning', about }) as const
const tuning = (about: string) => ({ class: 'tuning', about }) as const
const reply = (about: string) => ({ class: 'reply', about }) as const

export const FEATURES = {
  'input.system': meaning('An instruction before the conversation.'),
  'input.system.later': meaning('An instruction in the middle of the conversation.'),
  'input.developer': tuning('The role developer as distinct from system.'),
  'input.name': tuning('A name on a message.'),
  'input.prefill': meaning('A last assistant turn that the model continues.'),
  'input.image.inline': meaning('An image as base64 data.'),
  'input.image.url': meaning('An image by URL.'),
  'input.image.file': meaning('An image by the id of an uploaded file.'),
  'input.image.detail': tuning('The resolution at which an image is read.'),
  'input.image.assistant': meaning('An image in a turn of the assistant.'),
  'input.audio': meaning('Audio in a message.'),
  'input.audio.ref': meaning('An earlier audio answer, by id.'),
  'input.video': meaning('Video in a message.'),
  'input.file.inline': meaning('A file as base64 data.'),
  'input.file.url': meaning('A file by URL.'),
  'input.file.ref': meaning('A file by the id of an upload.'),
  'input.file.text': meaning('A text document as its own part.'),
  'input.file.blocks': meaning('A document or search result made of blocks.'),
  'input.file.title': tuning('Title and context of a document.'),
  'input.file.citations': tuning('The wish that a document be cited.'),
  'input.annotations': tuning('Citations on text of an earlier answer.'),
  'input.refusal': meaning('A refusal in an earlier turn.'),
  'input.hosted': meaning('Calls and results of hosted tools in earlier turns.'),
  'input.opaque': meaning('A block that only its own format understands.'),
  'input.reasoning': tuning('Reasoning of an earlier turn sent back, with its seal.'),
  'tools.function': meaning('Function tools.'),
  'tools.custom': meaning('Tools that take free text instead of JSON.'),
  'tools.hosted': meaning('Tools that the upstream runs.'),
  'tools.search': tuning('A search of the web that the upstream may run, and need not.'),
  'tools.strict': tuning('Arguments that are guaranteed to fit their schema.'),
  'tools.cache': tuning('A cache mark on a tool.'),
  'tools.extras': tuning('Deferred loading, examples, output schema and eager streaming of a tool.'),
  'tools.choice.none': meaning('Tools are declared and must not be called.'),
  'tools.choice.required': meaning('Some tool must be called.'),
  'tools.choice.one': meaning('One named tool must be called.'),
  'tools.choice.subset': meaning('Only some of the tools may be called.'),
  'tools.choice.hosted': meaning('A hosted tool must be called.'),
  'tools.parallel.off': tuning('At most one call in a turn.'),
  'tools.max_calls': tuning('A bound on the number of hosted calls.'),
  'tools.result.media': meaning('Images or files in the result of a tool.'),
  'tools.result.error': meaning('A result that is marked as an error.'),
  'tools.call.caller': tuning('Who made a call: namespace and caller.'),
  'output.max_tokens': meaning('A limit on the tokens of the answer.'),
  'output.max_tokens.zero': meaning('A limit of zero: warm the cache, write nothing.'),
  'output.stop': meaning('Stop sequences.'),
  'output.n': meaning('More than one answer to one request.'),
  'output.logprobs': meaning('Log probabilities of the tokens of the answer.'),
  'output.json': meaning('Any JSON object as the answer.'),
  'output.json_schema': meaning('An answer that fits a schema.'),
  'output.audio': meaning('Audio in the answer.'),
  'output.image': meaning('Images in the answer.'),
  'output.verbosity': tuning('How long the answer should be.'),
  'output.prediction': tuning('A predicted answer, for speed.'),
  'sampling.temperature': tuning('Temperature.'),
  'sampling.top_p': tuning('Nucleus sampling.'),
  'sampling.top_k': tuning('Sampling from the k likeliest tokens.'),
  'sampling.min_p': tuning('Sampling above a share of the likeliest token.'),
  'sampling.top_a': tuning('Sampling by the square of the likeliest token.'),
  'sampling.seed': tuning('A seed.'),
  'sampling.frequency_penalty': tuning('Penalty by frequency.'),
  'sampling.presence_penalty': tuning('Penalty by presence.'),
  'sampling.repetition_penalty': tuning('Penalty by repetition.'),
  'sampling.logit_bias': tuning('Bias of single tokens.'),
  'reasoning.off': tuning('No reasoning before the answer.'),
  'reasoning.on': tuning('Reasoning before the answer.'),
  'reasoning.effort': tuning('How much the model should reason.'),
  'reasoning.budget': tuning('A budget of reasoning tokens.'),
  'reasoning.between_tools': tuning('Reasoning between tool calls only.'),
  'reasoning.expose': tuning('Whether reasoning is shown.'),
  'reasoning.context': tuning('Which turns reasoning is kept for, and how it runs.'),
  'cache.mark': tuning('Cache breakpoints in the prompt.'),
  'cache.auto': tuning('A cache breakpoint set by the service.'),
  'cache.key': tuning('A key that leads to the same cache.'),
  'cache.options': tuning('Mode, lifetime and retention of the cache.'),
  'cache.handle': meaning('A cached prompt that stands on the server.'),
  'state.store': tuning('The reply is kept on the server.'),
  'state.previous': meaning('The request goes on from what the server keeps: a reply, a conversation, a prompt.'),
  'state.background': meaning('The reply is made in the background.'),
  'state.truncation': tuning('The server shortens a conversation that is too long.'),
  'state.context': tuning('The server edits the conversation before the model sees it.'),
  'state.include': tuning('Extra members of the reply.'),
  'service.tier': tuning('A service tier.'),
  'service.speed': tuning('A faster way to run the model.'),
  'identity.user': tuning('An id of the end user.'),
  'identity.safety': tuning('A safety identifier.'),
  metadata: tuning('Metadata kept with the request.'),
  safety: tuning('Safety settings and moderation.'),
  'hosted.options': meaning('Options of hosted tools outside the tool list: search, MCP servers, containers.'),
  ext: tuning('Members that only the format of the request knows.'),
  'complete.prompt': meaning('A text to go on from, as opposed to a turn in a conversation.'),
  'complete.prompts': meaning('More than one prompt in one request.'),
  'complete.tokens': meaning('Token ids in place of a prompt.'),
  'complete.suffix': meaning('A text that the completion leads to.'),
  'complete.echo': meaning('The prompt repeated in the answer.'),
  'complete.best_of': tuning('The best of several answers.'),
  'embed.tokens': meaning('Token ids in place of text to embed.'),
  'embed.media': meaning('Images and other media to embed.'),
  'embed.dimensions': meaning('The length of the vectors.'),
  'embed.task': tuning('What the vectors are for, and the title of what is embedded.'),
  'reply.reasoning': reply('Reasoning text.'),
  'reply.seal': reply('Signatures and encrypted reasoning.'),
  'reply.refusal': reply('A refusal as distinct from text.'),
  'reply.annotations': reply('Citations.'),
  'reply.annotations.other': reply('Citations of files, pages and blocks.'),
  'reply.logprobs': reply('Log probabilities.'),
  'reply.audio': reply('Audio.'),
  'reply.image': reply('Images.'),
  'reply.hosted': reply('Calls and results of hosted tools.'),
  'reply.search': reply('What a hosted search of the web looked for.'),
  'reply.tool.custom': reply('Calls of tools that take free text.'),
  'reply.opaque': reply('Blocks that only the format of the upstream understands.'),
  'reply.choices': reply('More than one choice.'),
  'reply.stop_sequence': reply('Which stop sequence was hit.'),
  'reply.native': reply('Stream events that only the format of the upstream knows.')
} as const satisfies Record<string, FeatureInfo>

export type Feature = keyof typeof FEATURES
export const FEATURE_NAMES = Object.keys(FEATURES) as readonly Feature[]

/** isFeature tells the name of a feature from any other. */
export const isFeature = (name: string | undefined): name is Feature =>
  name !== undefined && Object.hasOwn(FEATURES, name)

/**
 * Verdict is what a format does with a feature. `exact`: says it as it is. `converted`: says it in another way without
 * loss. `emulated`: reaches the same effect by other means, and the report says so. `dropped`: leaves it out, and the
 * report says so. `rejected`: cannot serve a request that needs it.
 */
export type Verdict = 'exact' | 'converted' | 'emulated' | 'dropped' | 'rejected'

/** OperationFeature is a feature of the small operations, which the formats of conversations have nothing to say about. */
export type OperationFeature = Extract<Feature, `complete.${string}` | `embed.${string}`>

/** FeatureTable has a verdict for every feature: a feature without one does not compile. */
export type FeatureTable = Readonly<
  Record<Exclude<Feature, OperationFeature>, Verdict> & Partial<Record<OperationFeature, Verdict>>
>

/** verdictOf gives a verdict, also where a table says nothing: then the feature cannot be expressed. */
export function verdictOf(table: FeatureTable, feature: Feature): Verdict {
  return table[feature] ?? (FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped')
}

/**
 * featureTable makes a table of the features a codec has something to say about. What is not named cannot be expressed:
 * rejected where the answer would mean something else without it, dropped elsewhere. A kernel that knows more features
 * than the codec does gives those the same verdicts.
 */
export function featureTable(verdicts: Partial<FeatureTable>): FeatureTable {
  const table: Partial<Record<Feature, Verdict>> = {}
  for (const name of FEATURE_NAMES) {
    table[name] = verdicts[name] ?? (FEATURES[name].class === 'meaning' ? 'rejected' : 'dropped')
  }
  return table as FeatureTable
}

/** overrideFeatures gives a table with some verdicts replaced, for a dialect or a model that can do more or less. */
export function overrideFeatures(table: FeatureTable, changes: Partial<FeatureTable> | undefined): FeatureTable {
  return changes === undefined ? table : { ...table, ...changes }
}

/** expresses tells whether a verdict carries the feature over without loss. */
export function expresses(verdict: Verdict): boolean {
  return verdict === 'exact' || verdict === 'converted'
}
