/**
 * One WebSocket for news. It reconnects for ever with growing pauses, notices a dead peer by its own ping,
 * and after any gap (drop, sleep, frozen tab) tells everybody to read their state again.
 */
import { backoff } from './backoff'

/** `refused`: the session is over, knocking again is useless until somebody signs in. */
export type StreamStatus = 'connecting' | 'open' | 'lost' | 'refused'
export interface News {
  topic: string
  data: Record<string, unknown>
}
export interface StreamHandlers {
  status: (status: StreamStatus) => void
  news: (news: News) => void
  /** News may have been missed. */
  gap: () => void
}
export interface Surroundings {
  socket: (url: string) => WebSocket
  now: () => number
  after: (ms: number, run: () => void) => number
  cancel: (timer: number) => void
  random: () => number
}

const PING_MS = 15_000
const PONG_MS = 8_000
/** A timer that fires this late was not throttled: the machine slept. */
const SLEPT_MS = 60_000
/** The server's own close codes: not signed in, signed out. */
const NO_ENTRY = [4403, 4401]

export const browser: Surroundings = {
  socket: (url) => new WebSocket(url),
  now: () => Date.now(),
  after: (ms, run) => window.setTimeout(run, ms),
  cancel: (timer) => window.clearTimeout(timer),
  random: () => Math.random(),
}

export class LiveStream {
  private socket: WebSocket | null = null
  private tries = 0
  private opened = false
  private stopped = true
  private timer = 0
  private deadline = 0
  private pings = 0
  private lastTick = 0

  constructor(
    private readonly url: string,
    private readonly handlers: StreamHandlers,
    private readonly world: Surroundings = browser,
  ) {}

  start(): void {
    if (!this.stopped) return
    this.stopped = false
    this.connect()
  }

  stop(): void {
    this.stopped = true
    this.clear()
    this.socket?.close()
    this.socket = null
    this.opened = false
    this.tries = 0
  }

  /** The tab woke up or the network came back: find out now, not at the next ping. */
  nudge(): void {
    if (this.stopped) return
    if (this.socket?.readyState === 1) this.ping()
    else {
      this.tries = 0
      this.reconnect(0)
    }
  }

  private connect(): void {
    this.clear()
    this.handlers.status(this.opened ? 'lost' : 'connecting')
    const socket = this.world.socket(this.url)
    this.socket = socket
    socket.onopen = () => {
      if (socket !== this.socket) return
      this.tries = 0
      this.handlers.status('open')
      if (this.opened) this.handlers.gap()
      this.opened = true
      this.lastTick = this.world.now()
      this.schedule()
    }
    socket.onmessage = (event: MessageEvent) => {
      if (socket === this.socket) this.receive(event.data)
    }
    socket.onclose = (event?: CloseEvent) => {
      if (socket !== this.socket) return
      if (event && NO_ENTRY.includes(event.code)) this.refused()
      else this.lost()
    }
  }

  private receive(raw: unknown): void {
    this.world.cancel(this.deadline)
    this.deadline = 0
    const news = parseNews(raw)
    if (!news || news.topic === 'pong' || news.topic === 'hello') return
    if (news.topic === 'gap') this.handlers.gap()
    else this.handlers.news(news)
  }

  private schedule(): void {
    this.timer = this.world.after(PING_MS, () => {
      const late = this.world.now() - this.lastTick - PING_MS
      this.lastTick = this.world.now()
      if (late > SLEPT_MS) this.handlers.gap()
      this.ping()
      this.schedule()
    })
  }

  private ping(): void {
    if (this.deadline) return
    this.socket?.send(JSON.stringify({ ping: ++this.pings }))
    this.deadline = this.world.after(PONG_MS, () => {
      this.deadline = 0
      this.socket?.close()
      this.lost()
    })
  }

  private lost(): void {
    this.socket = null
    if (this.stopped) return
    this.handlers.status('lost')
    this.reconnect(backoff(this.tries++, this.world.random()))
  }

  private refused(): void {
    this.stop()
    this.handlers.status('refused')
  }

  private reconnect(ms: number): void {
    this.clear()
    this.timer = this.world.after(ms, () => {
      this.connect()
    })
  }

  private clear(): void {
    this.world.cancel(this.timer)
    this.world.cancel(this.deadline)
    this.timer = this.deadline = 0
  }
}

export function parseNews(raw: unknown): News | null {
  if (typeof raw !== 'string') return null
  try {
    const message = JSON.parse(raw) as Partial<News> | null
    if (typeof message?.topic !== 'string') return null
    return { topic: message.topic, data: message.data ?? {} }
  } catch {
    return null
  }
}
