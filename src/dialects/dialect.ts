import type { KeyForm } from '../core/access/key.ts'
import type { CallbackToRender } from '../core/callbacks/callback.ts'
import type { ApiDialect } from '../http/api-dialect.ts'

/** What is known of a dialect without loading it: enough to tell that a request is written in it. */
export interface DialectRow {
  name: string
  /** First path segment of its mount: `native` for `/native/v1/…`. */
  mount: string
  /** How its API keys look: issued in this form, and recognized by it. */
  keyForm: KeyForm
  /** How its keys look that may be shown in public. Absent: it has none. */
  publishableKeyForm?: KeyForm
  /** Path prefixes that are this dialect's wherever they appear. */
  ownPaths: string[]
}

/** One API that clients may speak: it translates between its wire and core, and does nothing else. */
export interface Dialect extends ApiDialect, DialectRow {
  /**
   * What a callback carries when a run has ended, as JSON text, for the principal who asked for it. With a `notice` it is
   * what the agent's author wants told. It may be asked again and answers the same. Absent: this API knows no callbacks.
   */
  renderCallback?(callback: CallbackToRender): Promise<string>
}
