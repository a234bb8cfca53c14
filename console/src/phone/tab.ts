/**
 * Which tab this is. The id lives in sessionStorage, so it survives a reload; "duplicate tab" copies it, so a tab that
 * starts asks on a channel whether its id is already alive elsewhere and takes a new one if so.
 */
const KEY = 'jiesu.tab'
const WANTED = 'jiesu.phone-wanted'
const ANSWER_MS = 120

export interface TabStorage {
  getItem: (key: string) => string | null
  setItem: (key: string, value: string) => void
  removeItem: (key: string) => void
}
export interface TabChannel {
  postMessage: (message: unknown) => void
  onmessage: ((event: MessageEvent) => void) | null
}

/** `crypto.randomUUID` needs a secure page; sign-on works on any. */
function newId(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export class Tab {
  id: string
  readonly settled: Promise<void>

  constructor(
    private readonly storage: TabStorage,
    channel: TabChannel,
    private readonly make: () => string = newId,
    waitMs = ANSWER_MS,
  ) {
    const me = make() // tells this page apart from its copy, which has the same tab id
    this.id = storage.getItem(KEY) ?? this.renew()
    let copied = false
    channel.onmessage = ({ data }: MessageEvent<{ kind?: string; tab?: string; from?: string }>) => {
      if (data.tab !== this.id || data.from === me) return
      if (data.kind === 'anyone') channel.postMessage({ kind: 'here', tab: this.id, from: me })
      if (data.kind === 'here') copied = true
    }
    channel.postMessage({ kind: 'anyone', tab: this.id, from: me })
    this.settled = new Promise((resolve) => {
      setTimeout(() => {
        if (copied) {
          this.wanted = false
          this.id = this.renew()
        }
        resolve()
      }, waitMs)
    })
  }

  /** The person signed on in this tab: after a reload the phone comes back by itself. */
  get wanted(): boolean {
    return this.storage.getItem(WANTED) === 'yes'
  }

  set wanted(value: boolean) {
    if (value) this.storage.setItem(WANTED, 'yes')
    else this.storage.removeItem(WANTED)
  }

  private renew(): string {
    const id = this.make()
    this.storage.setItem(KEY, id)
    return id
  }
}
