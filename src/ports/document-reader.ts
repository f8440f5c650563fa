/** The forms of files whose text can be read. */
export type DocumentType = 'txt' | 'md' | 'csv' | 'json' | 'pdf' | 'docx'

/**
 * What came of reading a file. `reason` completes "It could not be read: …" and is safe to show; what is wrong with a
 * file is never thrown.
 */
export type ReadDocument =
  /** `pages`: how many the file has; null when files of its type have none. */
  | { status: 'ok'; text: string; pages: number | null }
  /** Damaged, protected, not of its type, or made to harm its reader. */
  | { status: 'unreadable'; reason: string }
  /** Its text has more characters than were asked for. */
  | { status: 'too_long' }

/**
 * The port to the text in files. Files come from strangers: reading one neither holds up the process nor takes more
 * than a bounded amount of its time and memory, whatever is in it.
 */
export interface DocumentReader {
  /** The text as it stands in the file, in reading order; parts such as pages and paragraphs are lines apart. */
  read(file: { type: DocumentType; bytes: Uint8Array; maxCharacters: number }): Promise<ReadDocument>
}
