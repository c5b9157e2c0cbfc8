import { readFileSync } from 'node:fs'
import type { ServerOptions } from 'node:http'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { FastifyServerOptions } from 'fastify'
import type { ServerConfig } from '../config/index.ts'
import { ISTHMUS_SERVER_TLS } from '../errors/index.ts'

const HEADERS_MS = 60_000
const CHECK_MS = 5_000
const LONGEST_PARAMETER = 2_048
/** No route and no prefix begins like this. */
const OUTSIDE = '/.outside'

interface TlsOptions {
  readonly cert: Buffer
  readonly key: Buffer
}

/** serverOptions turns the config's `server` section into Fastify's options. Relative paths start at `dir`. */
export function serverOptions(config: ServerConfig, dir: string): FastifyServerOptions {
  const { requestMs, basePath, tls } = config
  const http: ServerOptions = {
    requestTimeout: requestMs,
    headersTimeout: requestMs === 0 ? 0 : Math.min(HEADERS_MS, requestMs),
    connectionsCheckingInterval: requestMs === 0 ? CHECK_MS : Math.max(50, Math.min(CHECK_MS, requestMs / 4))
  }
  const options: FastifyServerOptions = {
    // The one line per exchange is the pipeline's; without a logger Fastify makes no child logger per request.
    logger: false,
    requestTimeout: requestMs,
    bodyLimit: config.bodyLimitBytes,
    trustProxy: config.trustProxy as NonNullable<FastifyServerOptions['trustProxy']>,
    return503OnClosing: false,
    genReqId: () => '',
    // A schema on a plugin's own route checks, and changes nothing.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: LONGEST_PARAMETER
    },
    ...(basePath !== '' && { rewriteUrl: request => withoutBase(request.url ?? '/', basePath) })
  }
  return Object.assign(options, tls === undefined ? { http } : { https: { ...http, ...readTls(tls, dir) } })
}

/** withoutBase cuts the base path off, so that no route and no plugin has to know it. */
function withoutBase(url: string, base: string): string {
  if (!url.startsWith(base)) return OUTSIDE
  const rest = url.slice(base.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : rest.startsWith('?') ? `/${rest}` : OUTSIDE
}

function readTls({ certFile, keyFile }: NonNullable<ServerConfig['tls']>, dir: string): TlsOptions {
  const tls = { cert: read(resolve(dir, certFile)), key: read(resolve(dir, keyFile)) }
  try {
    createSecureContext(tls)
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException
    throw ISTHMUS_SERVER_TLS.with({ cause: thrown }, `${certFile} and ${keyFile}`, code ?? message)
  }
  return tls
}

function read(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (thrown) {
    throw ISTHMUS_SERVER_TLS.with({ cause: thrown }, file, (thrown as NodeJS.ErrnoException).code ?? 'unreadable')
  }
}
