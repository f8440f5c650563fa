import { useEffect, useEffectEvent, useRef } from 'react'
import { Button } from '../../components/button.tsx'
import styles from './runs-page.module.css'

/** The end of a list that has more pages: asks for the next one when it comes into sight, or when its button is pressed. */
export function More(props: {
  shown: number
  hasMore: boolean
  loading: boolean
  failed: boolean
  onMore: () => void
}) {
  const { shown, hasMore, loading, failed, onMore } = props
  return (
    <div className={styles['more']}>
      {/* A new one for each page: the end of a short page is in sight at once. What failed is asked for by hand. */}
      {hasMore && !loading && !failed && <End key={shown} onSight={onMore} />}
      <span role="status">
        {shown} shown{hasMore ? '' : ', that is all'}
        {failed && '; the next ones could not be read'}
      </span>
      {hasMore && (
        <Button look="quiet" size="s" busy={loading} onClick={onMore}>
          Show more
        </Button>
      )}
    </div>
  )
}

function End({ onSight }: { onSight: () => void }) {
  const end = useRef<HTMLSpanElement>(null)
  const seen = useEffectEvent(onSight)
  useEffect(() => {
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) seen()
    })
    if (end.current) observer.observe(end.current)
    return () => observer.disconnect()
  }, [])
  return <span ref={end} />
}
