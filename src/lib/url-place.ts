/**
 * Where a URL leads, for telling whose it is: scheme, host, port and path, without a slash at the end, a query or a
 * fragment. On many hosts every customer has a path of their own, so the host alone says little. `..` is gone, however it
 * was written. Null for what is no http or https URL.
 */
export function placeOf(url: string): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return null
  return parsed.origin + parsed.pathname.replace(/\/+$/, '')
}

/**
 * Whether a place is another one or lies below it, segment by segment: `/team-a/v1` is within `/team-a`, `/team-ab` is
 * not. What lies below must have plain segments: a server behind the host may decode `..%2Fteam-b` and leave.
 */
export function isWithin(place: string | null, outer: string | null): boolean {
  if (place === null || outer === null) return false
  if (place === outer) return true
  if (!place.startsWith(`${outer}/`)) return false
  return place
    .slice(outer.length + 1)
    .split('/')
    .every(isPlain)
}

/** Whether a segment names one thing below, however often a server decodes it. */
function isPlain(segment: string): boolean {
  let text = segment
  for (;;) {
    let decoded: string
    try {
      decoded = decodeURIComponent(text)
    } catch {
      return false // nobody knows what a server makes of it
    }
    // Some servers take what follows a semicolon off before they look for dots.
    if (/[/\\]/.test(decoded) || /^\.{1,2}(?:;|$)/.test(decoded)) return false
    if (decoded === text) return true
    text = decoded
  }
}
