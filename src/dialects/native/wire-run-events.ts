/** The data of each event of a run as it is printed, by the type of the event. */
export type { PrintedEventData } from './events.ts'
