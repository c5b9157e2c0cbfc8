import { ERROR_KINDS, type ErrorFactory, type ErrorKind } from '@isthmus/core'
import * as codes from '../../core/src/errors/errors.ts'

/** What a kind means: when it comes, in words for whoever calls the gateway. */
const KIND_NOTES: Readonly<Record<ErrorKind, string>> = {
  invalid_request: "The client's request is wrong.",
  unsupported: 'No candidate can express what was asked.',
  context_length: 'The prompt is too long for the model.',
  content_policy: 'A filter refused the prompt.',
  authentication: "The client's key is missing or wrong.",
  budget_exceeded: "The client's money or token budget is used up. Messages answers 402.",
  permission: 'The client is known and not allowed to do this.',
  not_found: 'There is no such model, route or stored object. The next candidate is tried only if an upstream said it.',
  method_not_allowed: 'The route exists, and not for this HTTP method.',
  request_timeout: 'The client did not send its whole request in time.',
  conflict: 'A stored object was changed by someone else meanwhile.',
  too_large: 'The body is too large.',
  unsupported_media: 'The body is of a type or encoding that is not read.',
  rate_limited: "The gateway's own limits.",
  cancelled: 'The client left before the answer. Nobody sees this answer; it is in the log.',
  upstream_limited: 'The upstream limits the gateway. Carries `retry-after` where the upstream gave one.',
  upstream_rejected: 'The upstream says that the request is wrong.',
  upstream_denied: "The upstream refuses the gateway's own key or account.",
  upstream_unavailable: 'The upstream cannot be reached, or failed.',
  upstream_overloaded: 'The upstream has too much to do. Messages answers 529.',
  upstream_protocol: "The upstream's answer makes no sense or stops early.",
  timeout: 'One of the time limits.',
  overloaded: 'The gateway sheds load or is shutting down. Messages answers 529.',
  internal: 'A bug, or a gateway that cannot start.'
}

interface Note {
  readonly when: string
  readonly todo: string
}
const note = (when: string, todo: string): Note => ({ when, todo })

/** When each code comes and what to do about it. */
const NOTES: Readonly<Record<string, Note>> = {
  ISTHMUS_REQUEST_INVALID: note(
    'A member of the body has the wrong type or value, or is missing.',
    'The message names the member, what was expected and what came.'
  ),
  ISTHMUS_REQUEST_JSON: note('The body cannot be parsed.', 'Send JSON; the message says where parsing stopped.'),
  ISTHMUS_REQUEST_EMPTY: note('A route that needs a body got none.', 'Send a JSON object.'),
  ISTHMUS_REQUEST_MEDIA_TYPE: note(
    'The content type is not JSON.',
    'Send `content-type: application/json`. Forms and uploads are not read.'
  ),
  ISTHMUS_REQUEST_ENCODING: note('The body is compressed.', 'Send it as it is.'),
  ISTHMUS_REQUEST_TOO_LARGE: note('The body is larger than the limit.', 'Send less, or raise `server.bodyLimitBytes`.'),
  ISTHMUS_REQUEST_DEPTH: note(
    'Something in the body, such as a tool schema, is nested so deeply that it cannot be read or written.',
    'Send it flatter.'
  ),
  ISTHMUS_REQUEST_TIMEOUT: note(
    'The headers or the body took longer than `server.requestMs`.',
    'Look at the connection; raise the limit for slow uploads.'
  ),
  ISTHMUS_REQUEST_CANCELLED: note(
    'The client closed its connection.',
    'Nothing. Many of them point at a time limit of the client or of a proxy before the gateway.'
  ),
  ISTHMUS_ROUTE_NOT_FOUND: note(
    'No ingress has this path.',
    'Look at the base URL: SDKs differ in whether it ends in `/v1`.'
  ),
  ISTHMUS_ROUTE_METHOD: note('The path exists for other methods.', 'Use a method that the `allow` header lists.'),
  ISTHMUS_OPERATION_UNSUPPORTED: note(
    'The path belongs to an API that clients of this format know and the gateway does not serve, such as batches.',
    'Ask the service itself, or use what the message names.'
  ),
  ISTHMUS_ROUTE_UPGRADE: note(
    'A client asked for a WebSocket; the status is 426.',
    'Use plain HTTP; clients that offer both fall back by themselves.'
  ),
  ISTHMUS_MODEL_NOT_FOUND: note(
    'No provider has the model and no alias stands for it.',
    'Take a name from the model list; the message names the nearest ones.'
  ),
  ISTHMUS_MODEL_NO_REASONING: note(
    'A name that ends in `-thinking` belongs to a model that is known not to think.',
    'Ask for the model without the suffix, or take one that thinks.'
  ),
  ISTHMUS_MODEL_REASONING_OFF: note(
    'The name ends in `-thinking`, and the request turns reasoning off.',
    'Say one of the two: what is meant cannot be told.'
  ),
  ISTHMUS_ALIAS_UNAVAILABLE: note(
    'No channel that is up serves any target of the alias, or no target is for this caller or this length of input.',
    'Set the keys of a provider that has one of them, or change the alias.'
  ),
  ISTHMUS_ALIAS_INVALID: note(
    'The alias leads back to itself, names a model that does not exist, or has a name that would never be used.',
    'The message says which; `dormant: true` accepts models that do not exist yet.'
  ),
  ISTHMUS_ALIAS_UNKNOWN: note(
    'There is no alias, no channel or no change of that name to show or to take back.',
    'List what there is.'
  ),
  ISTHMUS_MODEL_PROVIDER_WAITING: note(
    'The provider is configured as optional and an environment variable it needs is not set.',
    'Set the variable that the message names and start again.'
  ),
  ISTHMUS_PLAN_NO_CANDIDATE: note(
    'Each candidate lacks something that the request needs, such as stop sequences.',
    'The message names feature and candidates. Choose another model, leave the feature out, or set a policy under `gaps`.'
  ),
  ISTHMUS_PLAN_GAP_POLICY: note('The header holds another word.', 'Send `reject`, `report` or `emulate`.'),
  ISTHMUS_FETCH_FAILED: note(
    'The chosen upstream takes images or files inline only, and one that the request names by URL could not be had.',
    'The message says which and why. Send it inline, or mend the URL; `fetch` in the config holds the limits.'
  ),
  ISTHMUS_UPSTREAM_CONNECT: note(
    'No connection: name not found, refused, reset, or TLS failed.',
    "Look at the provider's `baseUrl`, at the network and at proxies."
  ),
  ISTHMUS_UPSTREAM_CLOSED: note(
    'The connection closed, or the stream ended, before the answer was complete.',
    'Try again. If it repeats, look for a proxy with a time limit before the upstream.'
  ),
  ISTHMUS_UPSTREAM_PROTOCOL: note(
    'The answer is not in the format that the provider speaks.',
    "Look at the provider's `baseUrl`; an HTML page means that it leads somewhere else."
  ),
  ISTHMUS_UPSTREAM_TIMEOUT: note(
    'The upstream took longer than one of its limits; the message says which.',
    'Raise `connectMs`, `headersMs` or `idleMs` of the provider, or of all under `upstream`.'
  ),
  ISTHMUS_EXCHANGE_TIMEOUT: note('The whole exchange took too long.', 'Raise `server.totalMs`, or set it to 0.'),
  ISTHMUS_UPSTREAM_CONTEXT_LENGTH: note(
    'The upstream found the prompt too long.',
    'Shorten it or take a longer model.'
  ),
  ISTHMUS_UPSTREAM_CONTENT_POLICY: note("The upstream's filter refused the prompt.", 'Change the prompt.'),
  ISTHMUS_UPSTREAM_NOT_FOUND: note('The upstream does not know the model.', "Compare with the upstream's model list."),
  ISTHMUS_UPSTREAM_TOO_LARGE: note('The upstream found the body too large.', 'Send fewer or smaller images and files.'),
  ISTHMUS_UPSTREAM_LIMITED: note(
    'The upstream answered 429.',
    'Wait as long as `retry-after` says, or add a fallback.'
  ),
  ISTHMUS_UPSTREAM_REJECTED: note(
    'The upstream answered 400, 409 or 422.',
    'The message is the one of the upstream. If the request is right, the encoder of its format is not.'
  ),
  ISTHMUS_UPSTREAM_DENIED: note(
    "The upstream answered 401, 402 or 403, or its account's quota is used up.",
    "Look at the provider's key and account. The client's key has nothing to do with it."
  ),
  ISTHMUS_UPSTREAM_UNAVAILABLE: note('The upstream answered with another 5xx.', 'Try again, or add a fallback.'),
  ISTHMUS_UPSTREAM_OVERLOADED: note('The upstream answered 503 or 529.', 'Try again later, or add a fallback.'),
  ISTHMUS_UPSTREAM_GARBLED: note('The upstream says of itself that its answer failed.', 'Try again.'),
  ISTHMUS_UPSTREAM_DEADLINE: note('The upstream answered 408 or 504.', 'Try again, or add a fallback.'),
  ISTHMUS_SERVER_DRAINING: note(
    'The gateway was told to stop.',
    'Try again: another instance answers, or this one when it is back.'
  ),
  ISTHMUS_PLUGIN_ORIGIN: note(
    'A plugin wants to send a request of its own to an origin that the config does not list.',
    'If the plugin may, add the origin to `upstream.origins`.'
  ),
  ISTHMUS_STORE_CONFLICT: note(
    'A plugin wrote a stored value that another had changed since it was read.',
    'Read it again and repeat the change.'
  ),
  ISTHMUS_SERVER_TLS: note('A certificate or key cannot be used.', 'Look at `server.tls`; both files are PEM.'),
  ISTHMUS_SERVER_LISTEN: note('The address cannot be listened on.', 'Look at who has the port, or choose another one.'),
  ISTHMUS_INTERNAL: note('Something threw what it should not have.', 'Report it, with the log line of the exchange.'),
  ISTHMUS_IR_GRAMMAR: note(
    'A decoder or a middleware wrote events in an order that `ir.md` forbids.',
    'Report it to whoever wrote that plugin; its instance id is in the log line.'
  ),
  ISTHMUS_CONFIG_NOT_FOUND: note('There is no config file.', 'Run `isthmus init`, or name the file with `--config`.'),
  ISTHMUS_CONFIG_EXISTS: note(
    '`isthmus init` found a config file.',
    'Nothing was changed. Use another folder, or move the file away.'
  ),
  ISTHMUS_CONFIG_LOAD: note(
    'The config file cannot be imported.',
    'The message is the one of Node or of the file itself.'
  ),
  ISTHMUS_CONFIG_INVALID: note(
    'The config or the options of a plugin are wrong.',
    'The message lists all problems at once.'
  ),
  ISTHMUS_PLUGIN_SETUP: note('The `setup` of a plugin threw or took too long.', 'The message is the one of the plugin.')
}

/** kernelErrors lists the kernel's codes in the order they are declared in. */
export function kernelErrors(): readonly ErrorFactory[] {
  const factories: ErrorFactory[] = []
  for (const value of Object.values(codes) as unknown[]) {
    if (isFactory(value)) factories.push(value)
    else if (typeof value === 'object' && value !== null) factories.push(...Object.values(value).filter(isFactory))
  }
  return factories.sort((a, b) => area(a) - area(b))
}

function isFactory(value: unknown): value is ErrorFactory {
  return typeof value === 'function' && 'code' in value && 'template' in value
}

// A module's namespace is sorted by name; the notes stand in the order that a reader wants.
const order = Object.keys(NOTES)
const area = ({ code }: ErrorFactory) => (order.includes(code) ? order.indexOf(code) : order.length)

/** errorReference makes the tables of `core/docs/errors.md`. A code without a note is shown as such. */
export function errorReference(): string {
  const kinds = Object.entries(ERROR_KINDS).map(
    ([kind, { status, nextCandidate }]) =>
      `| \`${kind}\` | ${status} | ${nextCandidate ? 'yes' : 'no'} | ${KIND_NOTES[kind as ErrorKind]} |`
  )
  const entries = kernelErrors().map(({ code, kind, template }) => {
    const { when, todo } = NOTES[code] ?? note('**not documented**', '')
    const message =
      template === '%s' ? 'Says what happened.' : `\`${template.replaceAll('%s', '…').replaceAll('`', '')}\``
    const status = ERROR_KINDS[kind].status
    return [`### ${code}`, '', `\`${kind}\`, ${status}. ${message}`, '', `${when} *${todo}*`].join('\n')
  })
  return [
    '## Kinds',
    '',
    '| kind | status | next candidate | when |',
    '| --- | --- | --- | --- |',
    ...kinds,
    '',
    '## Codes of the kernel',
    '',
    entries.join('\n\n')
  ].join('\n')
}

/** documentedCodes are the codes that have a note; a test compares them with {@link kernelErrors}. */
export const documentedCodes: readonly string[] = order
