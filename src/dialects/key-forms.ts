import type { KeyForm } from '../core/access/key.ts'

/** The form of each dialect's keys: what that vendor's own clients accept. */
export const keyForms = {
  native: { kind: 'prefixed', prefix: 'pk_' },
  make: { kind: 'uuid' },
  xai: { kind: 'prefixed', prefix: 'xai-' },
  talkifai: { kind: 'prefixed', prefix: 'tk_live_' },
  xpander: { kind: 'prefixed', prefix: 'xp_' },
} as const satisfies Record<string, KeyForm>

/** The form of keys that may be shown in public, of the dialects whose clients run in browsers. */
export const publishableKeyForms = {
  talkifai: { kind: 'prefixed', prefix: 'tk_widget_' },
} as const satisfies Record<string, KeyForm>
