import { useState } from 'react'
import { PageHeader } from '../../components/page-header.tsx'
import { Stack } from '../../components/stack.tsx'
import { QueryState } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { DialectPanel } from './dialect-panel.tsx'
import { HealthCard } from './health-card.tsx'
import { ModelCard } from './model-card.tsx'
import styles from './setup.module.css'
import { useSetup } from './use-setup.ts'

export function SetupPage() {
  const setup = useSetup()
  /** Keys that were made here, by dialect. They are nowhere else, and gone with the page. */
  const [secrets, setSecrets] = useState<Record<string, string>>({})
  return (
    <>
      <PageHeader title="Setup">
        How the programs you have reach this server: change the base URL, change the key, and they work.
      </PageHeader>
      <QueryState query={setup}>
        {(data) => (
          <Stack gap="l">
            <div className={styles['cards']}>
              <HealthCard setup={data} />
              <ModelCard />
            </div>
            <section aria-labelledby="setup-clients">
              <h2 id="setup-clients">Connect a client</h2>
              <Tabs
                label="APIs that this server speaks"
                tabs={data.dialects.map((dialect) => ({
                  value: dialect.name,
                  label: dialect.title,
                  content: (
                    <DialectPanel
                      dialect={dialect}
                      secret={secrets[dialect.name] ?? null}
                      onMade={(secret) => setSecrets((before) => ({ ...before, [dialect.name]: secret }))}
                    />
                  ),
                }))}
              />
            </section>
          </Stack>
        )}
      </QueryState>
    </>
  )
}
