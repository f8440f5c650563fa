/** A button that opens a list of actions. */
import { Menu as Base } from '@base-ui/react/menu'
import type { ReactNode } from 'react'
import buttonStyles from './button.module.css'
import styles from './menu.module.css'

export interface MenuItem {
  label: ReactNode
  onSelect: () => void
  danger?: boolean
  disabled?: boolean
}

export function Menu(props: { trigger: ReactNode; label: string; items: MenuItem[]; header?: ReactNode }) {
  return (
    <Base.Root>
      <Base.Trigger className={`${buttonStyles['button']} ${buttonStyles['quiet']}`} aria-label={props.label}>
        {props.trigger}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {props.header !== undefined && <div className={styles['header']}>{props.header}</div>}
            {props.items.map((item, index) => (
              <Base.Item
                key={index}
                className={`${styles['item']} ${item.danger ? styles['danger'] : ''}`}
                disabled={item.disabled ?? false}
                onClick={item.onSelect}
              >
                {item.label}
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
