import { afterEach, describe, expect, it } from 'vitest'
import {
  closeAll,
  echo,
  egressWith,
  failure,
  fakeDns,
  get,
  hello,
  site,
} from '../../test/support/egress-site.ts'

afterEach(closeAll)

describe('what is reached', () => {
  it('sends method, headers and body and returns status, headers and text', async () => {
    const one = await site(echo)
    const response = await egressWith().request({
      url: `${one.url}/path?q=1`,
      method: 'post',
      headers: { 'X-Test': 'yes' },
      body: '{"a":"ü"}',
      trusted: true,
    })
    const seen = JSON.parse(await response.text())
    expect(response.status).toBe(200)
    expect(response.url).toBe(`${one.url}/path?q=1`)
    expect(seen).toMatchObject({ method: 'POST', url: '/path?q=1', body: '{"a":"ü"}' })
    expect(seen.headers).toMatchObject({
      'x-test': 'yes',
      'content-length': '10',
      'accept-encoding': 'identity',
    })
  })

  it('streams the body as it comes', async () => {
    const gate = Promise.withResolvers<void>()
    const one = await site(async (_, response) => {
      response.write('first')
      await gate.promise
      response.end('second')
    })
    const response = await egressWith().request(get(one.url, { trusted: true }))
    const chunks: string[] = []
    for await (const chunk of response.body) {
      chunks.push(chunk.toString())
      gate.resolve()
    }
    expect(chunks).toEqual(['first', 'second'])
  })

  it('joins repeated headers with a comma', async () => {
    const one = await site((_, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.end()
    })
    const response = await egressWith().request(get(one.url, { trusted: true }))
    response.discard()
    expect(response.headers['set-cookie']).toBe('a=1, b=2')
  })

  it('keeps a connection for the next call to the same place', async () => {
    const one = await site(hello)
    const egress = egressWith()
    for (let call = 0; call < 3; call++) await (await egress.request(get(one.url, { trusted: true }))).text()
    expect(new Set(one.requests.map((request) => request.socket.remotePort)).size).toBe(1)
  })

  it('keeps the connection of a discarded answer whose rest is short', async () => {
    const one = await site(hello)
    const egress = egressWith()
    ;(await egress.request(get(one.url, { trusted: true }))).discard()
    await new Promise((resolve) => setImmediate(resolve))
    await (await egress.request(get(one.url, { trusted: true }))).text()
    expect(one.requests.length).toBe(2)
  })

  it('sends a repeatable call again when its kept connection had been closed, and no other', async () => {
    const one = await site((request, response) => {
      // The second request on a connection finds it dead, as after an idle time-out.
      if (one.requests.filter((other) => other.socket === request.socket).length > 1)
        request.socket.resetAndDestroy()
      else hello(request, response)
    })
    const egress = egressWith()
    await (await egress.request(get(one.url, { trusted: true }))).text()
    const again = await egress.request(get(one.url, { trusted: true, repeatable: true }))
    expect(await again.text()).toBe('hello')
    await (await egress.request(get(one.url, { trusted: true }))).text()
    expect((await failure(egress.request(get(one.url, { trusted: true })))).code).toBe('egress_failed')
  })
})

describe('limits', () => {
  it('stops an answer that is too large, by its announcement or as it comes', async () => {
    const announced = await site((_, response) => response.end('x'.repeat(2000)))
    const streamed = await site((_, response) => {
      response.write('x'.repeat(600))
      response.end('x'.repeat(600))
    })
    for (const one of [announced, streamed]) {
      const call = egressWith().request(get(one.url, { trusted: true, maxResponseBytes: 1000 }))
      const error = await failure(call.then((response) => response.text()))
      expect(error.code).toBe('egress_failed')
      expect(error.message).toContain('more than 1000 bytes')
    }
  })

  it('caps untrusted answers at 10 MiB', async () => {
    const one = await site((_, response) => {
      response.writeHead(200, { 'content-length': String(10 * 1024 * 1024 + 1) })
      response.write('x')
    })
    const error = await failure(egressWith({ allowPrivate: '1' }).request(get(one.url)))
    expect(error.message).toContain('more than 10485760 bytes')
  })

  it('gives up when no answer comes', async () => {
    const one = await site(() => {})
    const error = await failure(egressWith().request(get(one.url, { trusted: true, headersTimeoutMs: 50 })))
    expect(error.code).toBe('egress_failed')
    expect(error.retryable).toBe(true)
    expect(error.message).toBe(`127.0.0.1:${one.port} did not answer within 0.05 s.`)
  })

  it('gives up when the answer falls silent', async () => {
    const one = await site((_, response) => void response.write('some'))
    const response = await egressWith().request(get(one.url, { trusted: true, idleTimeoutMs: 50 }))
    const error = await failure(response.text())
    expect(error.message).toContain('sent nothing for 0.05 s')
  })

  it('reports an answer that is cut off', async () => {
    const one = await site((request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('some', () => request.socket.destroy())
    })
    const response = await egressWith().request(get(one.url, { trusted: true }))
    expect((await failure(response.text())).message).toContain('closed the connection before the end')
  })

  it('reports a place where nobody answers, without the path', async () => {
    const one = await site(hello)
    await closeAll()
    const error = await failure(egressWith().request(get(`${one.url}/secret?key=abc`, { trusted: true })))
    expect(error.message).toBe(`127.0.0.1:${one.port} could not be reached (ECONNREFUSED).`)
    expect(JSON.stringify(error)).not.toContain('abc')
  })

  it('reports a name that does not exist', async () => {
    const { lookup } = fakeDns({})
    const error = await failure(egressWith({ lookup }).request(get('http://nowhere.example/')))
    expect(error.message).toBe('nowhere.example could not be reached (ENOTFOUND).')
  })

  it('lets a slow reader hold the sender back and loses nothing', async () => {
    const size = 4 * 1024 * 1024
    const one = await site((_, response) => response.end(Buffer.alloc(size, 'x')))
    const response = await egressWith().request(get(one.url, { trusted: true }))
    let total = 0
    for await (const chunk of response.body) {
      total += chunk.length
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(total).toBe(size)
  })
})

describe('aborting', () => {
  it('rejects with the reason before, while connecting and in the middle, and closes the connection', async () => {
    const reason = new Error('cancelled')
    const egress = egressWith()
    const aborted = AbortSignal.abort(reason)
    await expect(egress.request(get('http://127.0.0.1:1/', { trusted: true, signal: aborted }))).rejects.toBe(
      reason,
    )

    const closed = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const arrived = Promise.withResolvers<void>()
    const silent = await site((request) => {
      request.socket.on('close', () => closed[0]?.resolve())
      arrived.resolve()
    })
    const first = new AbortController()
    const waiting = egress.request(get(silent.url, { trusted: true, signal: first.signal }))
    await arrived.promise
    first.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    await closed[0]?.promise

    const endless = await site((request, response) => {
      request.socket.on('close', () => closed[1]?.resolve())
      response.write('some')
    })
    const second = new AbortController()
    const response = await egress.request(get(endless.url, { trusted: true, signal: second.signal }))
    const reading = (async () => {
      for await (const chunk of response.body) if (chunk.length > 0) second.abort(reason)
    })()
    await expect(reading).rejects.toBe(reason)
    await closed[1]?.promise
  })

  it('closes the connection when the reader leaves early', async () => {
    const closed = Promise.withResolvers<void>()
    const one = await site((request, response) => {
      request.socket.on('close', () => closed.resolve())
      response.write('some')
    })
    const response = await egressWith().request(get(one.url, { trusted: true }))
    for await (const chunk of response.body) if (chunk.length > 0) break
    await closed.promise
    expect(one.requests.length).toBe(1)
  })

  it('leaves no listener on a signal that outlives the call', async () => {
    const one = await site(hello)
    const controller = new AbortController()
    let listeners = 0
    const add = controller.signal.addEventListener.bind(controller.signal)
    const remove = controller.signal.removeEventListener.bind(controller.signal)
    controller.signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1
      add(...args)
    }
    controller.signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...args)
    }
    await (await egressWith().request(get(one.url, { trusted: true, signal: controller.signal }))).text()
    expect(listeners).toBe(0)
  })
})
