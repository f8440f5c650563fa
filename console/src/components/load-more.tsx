/** Below a list of `usePages` that goes on: reads the next page, or says why it did not come. */
import { asProblem } from '../api/problem.ts'
import type { Pages } from '../api/use-pages.ts'
import { Button } from './button.tsx'
import styles from './load-more.module.css'

export function LoadMore<Item>({ pages }: { pages: Pages<Item> }) {
  if (!pages.hasMore) return null
  return (
    <div className={styles['more']}>
      {pages.moreError !== null && <p role="alert">{asProblem(pages.moreError).detail}</p>}
      <Button busy={pages.readingMore} onClick={pages.readMore}>
        Show more
      </Button>
    </div>
  )
}
