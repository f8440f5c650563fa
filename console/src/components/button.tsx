/** A button: `primary` (one per view), `secondary`, `quiet` (in rows and bars), `danger`. `busy` keeps its width and stops clicks. */
import type { ComponentProps, ReactNode } from 'react'
import styles from './button.module.css'
import { Spinner } from './spinner.tsx'

export interface ButtonProps extends ComponentProps<'button'> {
  look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  size?: 'm' | 's'
  busy?: boolean
  icon?: ReactNode
}

export function Button({
  look = 'secondary',
  size = 'm',
  busy = false,
  icon,
  children,
  className = '',
  disabled,
  type = 'button',
  ...rest
}: ButtonProps) {
  const classes = [styles['button'], styles[look], size === 's' ? styles['small'] : '', className]
  return (
    <button
      {...rest}
      // eslint-disable-next-line react/button-has-type
      type={type}
      className={classes.filter(Boolean).join(' ')}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
    >
      {busy ? <Spinner label="Working" /> : icon}
      {children}
    </button>
  )
}
