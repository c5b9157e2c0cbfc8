export { type Clock, systemClock } from './clock.ts'
export { LiveExchange } from './live-exchange.ts'
export * from './pipeline.ts'
export { gapList } from './reply-writer.ts'
