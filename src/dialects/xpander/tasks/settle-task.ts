import type { JournalEvent } from '../../../core/events/entry.ts'
import { endsStream } from '../../../core/events/event.ts'
import type { TaskView } from './task-view.ts'

/** A task once it waits for a person or has ended, or as it is when nobody tells more of it. */
export async function settleTask(view: TaskView, events: AsyncIterable<JournalEvent[]>): Promise<TaskView> {
  for await (const batch of events) {
    for (const event of batch) {
      view.take(event)
      if (endsStream(event.type)) return view
    }
    // Only the newest state counts: an answer may have come in the same batch as the question.
    if (view.run.state === 'waiting') return view
  }
  return view
}
