import type { AgentDefinition, Notice, Notices } from '../../../core/agents/agent.ts'
import { featureUnavailable } from '../../../errors.ts'
import { isJsonObject, type JsonObject } from '../../../lib/json.ts'
import { asSent, keepAsSent } from '../../as-sent.ts'
import { extension, keeping, kept } from './agent-extras.ts'
import type {
  ChannelsInput,
  NotificationsInput,
  PrintedChannels,
  PrintedNotifications,
} from './wire-agent-settings.ts'

type Event = 'on_success' | 'on_error'
type Webhook = NonNullable<ChannelsInput['webhook']>[number]

/** What stands for the value of a header, which may be a secret. */
const mask = '***'

function masked(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, mask]))
}

/** What of the core is told in these words, without what nobody is shown. */
function coreOf({ onSuccess, onError }: Notices): JsonObject {
  const shown = (notices: Notice[]) =>
    notices.map((notice) => ({ ...notice, headers: masked(notice.headers) }))
  return { onSuccess: shown(onSuccess), onError: shown(onError) }
}

/** The notices as they were sent, else as core has them. */
export function printNotifications(definition: AgentDefinition): PrintedNotifications {
  const { notices } = definition
  const sent = asSent(kept(definition, 'notification_settings'), coreOf(notices))
  if (isJsonObject(sent)) return sent // only withNotifications writes it
  return {
    ...(notices.onSuccess.length > 0 && { on_success: { webhook: notices.onSuccess.map(printWebhook) } }),
    ...(notices.onError.length > 0 && { on_error: { webhook: notices.onError.map(printWebhook) } }),
  }
}

function printWebhook({ url, headers, subject, body }: Notice) {
  return { url, headers: masked(headers), subject, body }
}

function readNotice({ url, headers, subject, body }: Webhook): Notice {
  return { url, headers: headers ?? {}, subject: subject ?? null, body: body ?? null, dialect: extension }
}

function printChannels(channels: ChannelsInput): PrintedChannels {
  const { email, slack, webhook } = channels
  return {
    ...(email && { email: [] }),
    ...(slack && { slack: [] }),
    ...(webhook && {
      webhook: webhook.map((one) => {
        const { approve_button_text: approve, deny_button_text: deny, logo_url: logo } = one
        return {
          ...printWebhook(readNotice(one)),
          ...(approve && { approve_button_text: approve }),
          ...(deny && { deny_button_text: deny }),
          ...(logo && { logo_url: logo }),
        }
      }),
    }),
  }
}

function refuseUnavailable(sent: NotificationsInput): void {
  for (const event of ['on_success', 'on_error'] as const satisfies Event[]) {
    for (const channel of ['email', 'slack'] as const) {
      if ((sent[event]?.[channel] ?? []).length === 0) continue
      const field = `notification_settings.${event}.${channel}`
      throw featureUnavailable(field, `${channel} is not available in this version; use webhook`)
    }
  }
}

/** The definition with these notices in place of those it has; null: none. */
export function withNotifications(
  definition: AgentDefinition,
  sent: NotificationsInput | null | undefined,
): AgentDefinition {
  if (sent === undefined) return definition
  refuseUnavailable(sent ?? {})
  const { on_success: success, on_error: error } = sent ?? {}
  const notices: Notices = {
    onSuccess: (success?.webhook ?? []).map(readNotice),
    onError: (error?.webhook ?? []).map(readNotice),
  }
  const printed = {
    ...(success && { on_success: printChannels(success) }),
    ...(error && { on_error: printChannels(error) }),
  }
  const isEmpty = Object.keys(printed).length === 0
  const plain = printed as unknown as JsonObject // printed channels are JSON
  const keep = isEmpty ? undefined : keepAsSent(plain, coreOf(notices))
  return keeping({ ...definition, notices }, { notification_settings: keep })
}
