import type { Setup } from '../../api/wire.ts'
import { Badge } from '../../components/badge.tsx'
import { Card } from '../../components/card.tsx'
import styles from './setup.module.css'

/** Whether the server works as it should, in words. */
export function HealthCard({ setup }: { setup: Setup }) {
  const { degraded, base_url: address } = setup
  return (
    <Card
      title="This server"
      actions={degraded.length === 0 ? <Badge tone="good">works</Badge> : <Badge tone="warn">degraded</Badge>}
    >
      {degraded.length === 0 ? (
        <p>
          It takes requests at <code>{address}</code> and everything in it works.
        </p>
      ) : (
        <>
          <p>
            It takes requests at <code>{address}</code>, but not everything works:
          </p>
          <ul className={styles['sentences']}>
            {degraded.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}
