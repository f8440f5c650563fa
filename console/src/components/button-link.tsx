/** A link of the console that looks like a button. Typed like the router's `Link`. */
import { createLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import styles from './button.module.css'

interface Props extends ComponentProps<'a'> {
  look?: 'primary' | 'secondary' | 'quiet'
}

function Anchor({ look = 'secondary', children, className: _className, ...rest }: Props) {
  return (
    <a {...rest} className={`${styles['button']} ${styles[look]}`}>
      {children}
    </a>
  )
}

export const ButtonLink = createLink(Anchor)
