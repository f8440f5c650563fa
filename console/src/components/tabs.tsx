/** Parts of one page, one shown at a time; arrow keys move between them. Content of a tab mounts when it is chosen. */
import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import styles from './tabs.module.css'

export interface Tab {
  value: string
  label: ReactNode
  content: ReactNode
}

export function Tabs(props: {
  tabs: Tab[]
  value?: string
  onChange?: (value: string) => void
  label: string
}) {
  const { tabs, value, onChange } = props
  return (
    <Base.Root
      {...(value === undefined ? { defaultValue: tabs[0]?.value } : { value })}
      onValueChange={(next) => onChange?.(String(next))}
    >
      <Base.List className={styles['list']} aria-label={props.label}>
        {tabs.map((tab) => (
          <Base.Tab key={tab.value} value={tab.value} className={styles['tab']}>
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className={styles['panel']}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
