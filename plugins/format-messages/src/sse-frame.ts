/** frame writes one event. Clients need its type twice: one SDK reads only the `event:` line, another only the data. */
export function frame(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}
