import type { JsonObject } from '../../lib/json.ts'

/** Searchable knowledge of one agent: a file, kept as it came and as passages of its text. */
export interface Document {
  id: string
  workspaceId: string
  agentId: string
  name: string
  /** What it is about, for people and models: as given, else the text's first lines. */
  description: string | null
  mediaType: string
  /** Size of the file. */
  bytes: number
  /** Dropped a day after it was added. */
  temporary: boolean
  /** What was found when it was read: `type` (txt, md, csv, json, pdf, docx), `characters`, and `pages` of a PDF. */
  metadata: JsonObject
  createdAt: Date
}

/** A part of a document that fits a query. */
export interface Passage {
  documentId: string
  /** Name of the document. */
  document: string
  /** Where it stands in the document, from 1. */
  passage: number
  text: string
}

export const documentLimits = {
  /** Bytes of one file. */
  fileBytes: 20 * 1024 * 1024,
  /** Characters of its text. */
  characters: 5_000_000,
  /** Documents of one agent. */
  perAgent: 20,
  name: 255,
  description: 4_000,
  /** How long a temporary document is kept, milliseconds. */
  temporaryMs: 24 * 60 * 60 * 1000,
} as const
