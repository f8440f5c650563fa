/** One call of a tool: what it was given, what came of it, how long that took, and its receipt. */
import { Badge, type Tone } from '../components/badge.tsx'
import { JsonView } from '../components/json-view.tsx'
import { ScrollBox } from '../components/scroll-box.tsx'
import { formatMs } from '../numbers.ts'
import styles from './call-card.module.css'
import type { Call, Json } from './run-items.ts'

const states: Record<Call['state'], [word: string, tone: Tone]> = {
  asked: ['asked for', 'neutral'],
  running: ['running', 'busy'],
  client: ['waits for its output', 'warn'],
  ok: ['done', 'good'],
  error: ['failed', 'bad'],
  rejected: ['rejected', 'bad'],
  pending_approval: ['waits for approval', 'warn'],
}

const effects: Record<string, string> = {
  none: 'changes nothing',
  idempotent: 'may be repeated',
  checkable: 'can be checked',
  once: 'at most once',
  client: 'carried out by the client',
}

function stateOf(call: Call): [string, Tone] {
  if (call.state !== 'asked') return states[call.state]
  const open = call.questions.find(({ decision }) => decision === null)
  if (open?.kind === 'needs_decision') return ['needs a decision', 'warn']
  return open ? ['waits for approval', 'warn'] : states.asked
}

export function CallCard({ call }: { call: Call }) {
  const [word, tone] = stateOf(call)
  return (
    <section className={styles['card']} aria-label={`Call of ${call.tool}`}>
      <div className={styles['head']}>
        <code className={styles['tool']}>{call.tool}</code>
        <Badge tone={tone}>{word}</Badge>
        {call.ms !== null && <span className={styles['quiet']}>{formatMs(call.ms)}</span>}
      </div>
      <Values call={call} label="Arguments" value={call.arguments} />
      {call.ms !== null && <Values call={call} label="Result" value={call.output} />}
      <Decisions call={call} />
      {call.effectId !== null && (
        <p className={styles['receipt']}>
          {effects[call.effects ?? ''] ?? call.effects}, receipt <code>{call.effectId}</code>
        </p>
      )}
    </section>
  )
}

function Values({ call, label, value }: { call: Call; label: string; value: Json }) {
  return (
    <details open className={styles['values']}>
      <summary>{label}</summary>
      <ScrollBox label={label} sunken>
        <JsonView value={value} label={`${label} of ${call.tool}`} openDepth={2} />
      </ScrollBox>
    </details>
  )
}

const decisions: Record<string, string> = {
  approve: 'Approved',
  reject: 'Rejected',
  happened: 'Said to have happened',
  again: 'Told to do it again',
  give_up: 'Given up',
}

function Decisions({ call }: { call: Call }) {
  return call.questions
    .filter(({ decision }) => decision !== null)
    .map(({ id, decision, reason }) => (
      <p key={id} className={styles['decision']}>
        {decisions[decision ?? ''] ?? decision}
        {reason !== null && `: ${reason}`}
      </p>
    ))
}
