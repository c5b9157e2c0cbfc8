/** FORWARD lists the headers that travel between a client and an upstream when both speak this format. */
export const FORWARD = {
  request: ['x-server-timeout'],
  response: ['server-timing', 'x-gemini-service-tier']
} as const
