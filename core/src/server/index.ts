export { createGateway, type Gateway, type GatewayParts } from './gateway.ts'
export { createLogger, type GatewayLog } from './log.ts'
export { coreVersion } from './probes.ts'
