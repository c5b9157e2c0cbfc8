import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino'
import type { LogConfig } from '../config/index.ts'
import { LogDestination } from './log-destination.ts'

const FLUSH_MS = 250

/** Headers that carry credentials, wherever a log line might hold a set of headers. */
const CREDENTIALS = [
  'authorization',
  'proxy-authorization',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'cookie',
  'set-cookie'
]
const REDACTED = ['headers', 'req.headers', 'request.headers', 'response.headers'].flatMap(at =>
  CREDENTIALS.map(name => `${at}["${name}"]`)
)

/** GatewayLog is the process's one logger. */
export interface GatewayLog {
  readonly log: Logger
  /** close writes out what is held. The end of the process does too, whichever way it ends itself. */
  close(): void
}

/** loggerOptions are what every logger of the gateway has, wherever it writes to. */
export function loggerOptions({ level }: LogConfig): LoggerOptions {
  return { level, redact: { paths: REDACTED, censor: '[secret]' } }
}

/**
 * createLogger makes the one pino logger. JSON lines are collected and written 4 KB at a time, or four times a second:
 * a write per line costs more than the line.
 */
export async function createLogger(config: LogConfig): Promise<GatewayLog> {
  const options = loggerOptions(config)
  if (config.format === 'pretty' || (config.format === 'auto' && process.stdout.isTTY === true)) {
    const { default: pretty } = await import('pino-pretty')
    const stream: DestinationStream = pretty({ sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
    return { log: pino(options, stream), close() {} }
  }
  const destination = new LogDestination()
  const flush = () => destination.flush()
  const timer = setInterval(flush, FLUSH_MS).unref()
  process.on('exit', flush)
  return {
    log: pino(options, destination),
    close() {
      clearInterval(timer)
      process.off('exit', flush)
      flush()
    }
  }
}
