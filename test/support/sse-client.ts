import { SseReader } from '../../src/lib/sse-reader.ts'
import type { ParsedJson } from './parsed-json.ts'

/** One event of a run as the native API streams it. */
export interface StreamedEvent {
  id: string
  type: string
  data: ParsedJson
}

/** Reads a stream of the native API event by event. */
export async function* readEvents(response: Response): AsyncGenerator<StreamedEvent> {
  const reader = new SseReader()
  for await (const chunk of response.body ?? []) {
    for (const event of reader.push(Buffer.from(chunk))) {
      if (event.data !== '')
        yield {
          id: String(JSON.parse(event.data).seq),
          type: event.event ?? 'message',
          data: JSON.parse(event.data).data,
        }
    }
  }
}

/** All events until the stream ends. */
export async function allEvents(response: Response): Promise<StreamedEvent[]> {
  const events: StreamedEvent[] = []
  for await (const event of readEvents(response)) events.push(event)
  return events
}
