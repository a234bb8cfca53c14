import { describe, expect, it } from 'vitest'

import { backoff } from '@/live/backoff'
import { LiveStream, type News, parseNews, type StreamStatus, type Surroundings } from '@/live/stream'

class ASocket {
  readyState = 0
  sent: string[] = []
  onopen?: () => void
  onclose?: () => void
  onmessage?: (event: { data: string }) => void
  send(text: string): void {
    this.sent.push(text)
  }
  close(): void {
    this.readyState = 3
  }
  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }
  drops(): void {
    this.readyState = 3
    this.onclose?.()
  }
}

function aStream() {
  const sockets: ASocket[] = []
  const statuses: StreamStatus[] = []
  const news: News[] = []
  let gaps = 0
  let time = 0
  let timers: { at: number; id: number; run: () => void }[] = []
  let ids = 0
  const world: Surroundings = {
    socket: () => {
      const socket = new ASocket()
      sockets.push(socket)
      return socket as unknown as WebSocket
    },
    now: () => time,
    after: (ms, run) => {
      timers.push({ at: time + ms, id: ++ids, run })
      return ids
    },
    cancel: (id) => {
      timers = timers.filter((timer) => timer.id !== id)
    },
    random: () => 0.5,
  }
  const pass = (ms: number): void => {
    const until = time + ms
    for (;;) {
      const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      timers = timers.filter(({ id }) => id !== next.id)
      time = Math.max(time, next.at)
      next.run()
    }
    time = until
  }
  const sleep = (ms: number): void => {
    time += ms // timers do not run while the machine sleeps
  }
  const stream = new LiveStream('ws://x/api/live', { status: (s) => statuses.push(s), news: (n) => news.push(n), gap: () => gaps++ }, world)
  return { stream, sockets, statuses, news, gaps: () => gaps, pass, sleep }
}

describe('the live stream', () => {
  it('passes news on and keeps pongs to itself', () => {
    const { stream, sockets, news } = aStream()
    stream.start()
    sockets[0]!.opens()
    sockets[0]!.onmessage?.({ data: '{"topic":"hello","data":{}}' })
    sockets[0]!.onmessage?.({ data: '{"topic":"ticket.changed","data":{"ticket_id":"1"}}' })
    sockets[0]!.onmessage?.({ data: '{"topic":"pong"}' })
    sockets[0]!.onmessage?.({ data: 'garbage' })
    expect(news).toEqual([{ topic: 'ticket.changed', data: { ticket_id: '1' } }])
  })

  it('reconnects with growing pauses and then says that news was missed', () => {
    const { stream, sockets, gaps, pass, statuses } = aStream()
    stream.start()
    sockets[0]!.opens()
    expect(gaps()).toBe(0)
    sockets[0]!.drops()
    pass(500)
    sockets[1]!.drops()
    pass(999)
    expect(sockets).toHaveLength(2)
    pass(1)
    sockets[2]!.opens()
    expect(gaps()).toBe(1)
    expect(statuses.at(-1)).toBe('open')
  })

  it('gives up on a peer that does not answer a ping', () => {
    const { stream, sockets, pass, statuses } = aStream()
    stream.start()
    sockets[0]!.opens()
    pass(15_000)
    expect(sockets[0]!.sent).toEqual(['{"ping":1}'])
    pass(8_000)
    expect(statuses.at(-1)).toBe('lost')
  })

  it('reads again after a sleep even when the socket survived', () => {
    const { stream, sockets, gaps, pass, sleep } = aStream()
    stream.start()
    sockets[0]!.opens()
    sleep(3_600_000)
    pass(0)
    expect(gaps()).toBe(1)
  })

  it('tells of a gap that the server reports', () => {
    const { stream, sockets, gaps, news } = aStream()
    stream.start()
    sockets[0]!.opens()
    sockets[0]!.onmessage?.({ data: '{"topic":"gap","data":{}}' })
    expect(gaps()).toBe(1)
    expect(news).toEqual([])
  })

  it('says so when the session has ended, and does not knock again', () => {
    const { stream, sockets, statuses, pass } = aStream()
    stream.start()
    sockets[0]!.opens()
    ;(sockets[0]!.onclose as unknown as (event: { code: number }) => void)({ code: 4401 })
    pass(60_000)
    expect(statuses.at(-1)).toBe('refused')
    expect(sockets).toHaveLength(1)
  })

  it('stays closed when stopped', () => {
    const { stream, sockets, pass } = aStream()
    stream.start()
    sockets[0]!.opens()
    stream.stop()
    sockets[0]!.drops()
    pass(60_000)
    expect(sockets).toHaveLength(1)
  })
})

it('waits longer each time, up to fifteen seconds', () => {
  expect([0, 1, 2, 3, 4, 5, 20].map((tries) => backoff(tries, 0.5))).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000])
  expect(backoff(0, 0)).toBe(375)
})

it('takes nothing that is not a message', () => {
  expect(parseNews('null')).toBeNull()
  expect(parseNews('{"data":{}}')).toBeNull()
  expect(parseNews(undefined)).toBeNull()
})
