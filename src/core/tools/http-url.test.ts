import { expect, test } from 'vitest'
import { fillUrl, fixedTargetOf, placeholders, targetOf, urlProblem } from './http-url.ts'

const fill = (template: string, values: Record<string, string>) =>
  fillUrl(template, (name) => values[name] ?? '')

test('placeholders are listed once, in order', () => {
  expect(placeholders('https://a.example/{x}/{y}?z={x}')).toEqual(['x', 'y'])
})

test('a value stays in its path segment or query value', () => {
  expect(fill('https://a.example/o/{id}?q={q}', { id: 'a b/c?d#e', q: 'x&y=z' })).toEqual({
    url: 'https://a.example/o/a%20b%2Fc%3Fd%23e?q=x%26y%3Dz',
  })
  expect(fill('https://a.example/o/{id}', { id: 'a\\b;c@d:e' })).toEqual({
    url: 'https://a.example/o/a%5Cb%3Bc%40d%3Ae',
  })
})

test.each(['..', '.', ''])('a path segment cannot become %j', (id) => {
  expect(fill('https://a.example/o/{id}/x', { id })).toEqual({
    problem: 'id: this value cannot stand in a path',
  })
})

test('a segment cannot be put together to leave the directory', () => {
  expect(fill('https://a.example/.{id}', { id: '.' })).toEqual({
    problem: 'id: this value cannot stand in a path',
  })
  expect(fill('https://a.example/v{id}', { id: '..' })).toEqual({ url: 'https://a.example/v..' })
})

test.each([
  ['ftp://a.example/', 'must begin with https://, http:// or /examples/'],
  ['/other/x', 'must begin with https://, http:// or /examples/'],
  ['https://{host}/x', 'a placeholder cannot decide which host is called'],
  ['https://a.example:{port}/', 'a placeholder cannot decide which host is called'],
  ['https://a.example{host}/', 'a placeholder cannot decide which host is called'],
  ['https://me:secret@a.example/', 'put credentials into headers, where they are kept sealed'],
  ['https://a.example/{a b}', '{a b} is not a placeholder name'],
  ['https://a.example/{a', 'has a brace without its partner'],
  ['https://a.example/#x', 'has a fragment, which is never sent'],
  ['https://a.example\\@b.example/', 'has a space or a backslash'],
])('%s is refused', (url, message) => {
  expect(urlProblem(url)).toBe(message)
})

test.each(['https://a.example/{id}?x={y}', '/examples/orders/{order_id}', 'http://127.0.0.1:8080/'])(
  '%s is accepted',
  (url) => {
    expect(urlProblem(url)).toBeNull()
  },
)

test('what no argument decides of a call ends before the first placeholder of the path', () => {
  expect(fixedTargetOf('https://A.example:443/{id}')).toBe('https://a.example')
  expect(fixedTargetOf('https://a.example/shop/orders/no-{id}/lines')).toBe('https://a.example/shop/orders')
  expect(fixedTargetOf('https://a.example/shop/orders?id={id}')).toBe('https://a.example/shop/orders')
  expect(fixedTargetOf('https://a.example/{id}/../orders')).toBe('https://a.example/orders')
  expect(fixedTargetOf('/examples/orders/{id}')).toBe('/examples/')
  expect(targetOf('/examples/orders/{id}')).toBe('/examples/')
})
