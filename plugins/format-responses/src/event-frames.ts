import { type JsonObject, jsonText } from '@isthmus/core/wire'

/** DeltaFrame writes the frame of one more piece of a text. */
export type DeltaFrame = (text: string) => string

/** EventFrames writes the events of one stream, which are numbered. Clients read an event's type from its line or from its data. */
export class EventFrames {
  #next = 0

  /** frame writes an event. */
  frame(type: string, members: JsonObject): string {
    return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: this.#next++, ...members })}\n\n`
  }

  /** written writes an event whose other members are JSON already, without the braces. */
  written(type: string, members: string): string {
    return `event: ${type}\ndata: {"type":${JSON.stringify(type)},"sequence_number":${this.#next++},${members}}\n\n`
  }

  /** delta makes a writer of the frames that differ in their number and their text alone, as {@link frame} would write them. */
  delta(type: string, before: JsonObject, after?: JsonObject): DeltaFrame {
    const start = `event: ${type}\ndata: {"type":${JSON.stringify(type)},"sequence_number":`
    const middle = `,${JSON.stringify(before).slice(1, -1)},"delta":`
    const end = after === undefined ? '}\n\n' : `,${JSON.stringify(after).slice(1)}\n\n`
    return text => start + this.#next++ + middle + jsonText(text) + end
  }
}
