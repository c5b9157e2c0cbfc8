import { createError, type ErrorKind, type ErrorReply, type GatewayError, type UpstreamError } from '@isthmus/core'
