/** JsSIP behind the few words that the console needs. Loaded when somebody signs on, not before. */
import type { UA } from 'jssip'
import type { RTCSession } from 'jssip/lib/RTCSession'

import type { SipCredentials } from '@/api/types'
import { backoff } from '@/live/backoff'

export interface PhoneEvents {
  registered: () => void
  lost: () => void
  /** A call for us; `from` is the caller's number as the far end gave it. */
  invite: (from: string) => void
  /** A call of ours rings at the far end. */
  ringback?: () => void
  connected: () => void
  held: (held: boolean) => void
  /** `cause` as JsSIP names it: Canceled, Terminated, Rejected, 'User Denied Media Access', … */
  ended: (cause: string) => void
}
type Session = RTCSession & { direction: string }

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } }
const REGISTER_SECONDS = 120

export class SoftPhone {
  private readonly audio = new Audio()
  private session: Session | null = null
  private retry = 0
  private tries = 0
  private closed = false

  private constructor(
    private readonly ua: UA,
    private readonly disconnect: () => void,
    private readonly events: PhoneEvents,
  ) {
    this.audio.autoplay = true
    ua.on('registered', () => {
      this.tries = 0
      events.registered()
    })
    ua.on('registrationFailed', () => {
      this.again()
    })
    ua.on('disconnected', () => {
      if (!this.closed) events.lost()
    })
    ua.on('newRTCSession', ({ session }: { session: RTCSession }) => {
      this.take(session as Session)
    })
    ua.start()
  }

  static async open(sip: SipCredentials, events: PhoneEvents): Promise<SoftPhone> {
    const { UA, WebSocketInterface } = await import('jssip')
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    const socket = new WebSocketInterface(`${scheme}://${location.host}${sip.path}`)
    const ua = new UA({
      sockets: [socket],
      uri: sip.uri,
      authorization_user: sip.username,
      password: sip.password,
      register: true,
      register_expires: REGISTER_SECONDS,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: 'Jiesu',
    })
    return new SoftPhone(ua, () => socket.disconnect(), events)
  }

  get busy(): boolean {
    return this.session !== null
  }

  /** A later registration uses this password. */
  renew(sip: SipCredentials): void {
    this.ua.set('password', sip.password)
  }

  /** `sound` instead of the microphone, where a page mixes its own. */
  answer(sound?: MediaStream): void {
    this.session?.answer(sound ? { ...MEDIA, mediaStream: sound } : MEDIA)
  }

  dial(number: string, sound: MediaStream): void {
    if (!this.session) this.ua.call(number, { ...MEDIA, mediaStream: sound })
  }

  hangUp(): void {
    if (!this.session) return
    // Before the answer: 486, so that the hotline takes the caller back at once.
    if (this.session.isInProgress()) this.session.terminate({ status_code: 486 })
    else this.session.terminate()
  }

  hold(on: boolean): void {
    if (on) this.session?.hold()
    else this.session?.unhold()
  }

  mute(on: boolean): void {
    if (on) this.session?.mute({ audio: true })
    else this.session?.unmute({ audio: true })
  }

  key(tone: string): void {
    this.session?.sendDTMF(tone, { transportType: 'RFC2833' as never, duration: 120, interToneGap: 80 })
  }

  /** Sign off properly: unregister, then close. */
  stop(): void {
    this.closed = true
    window.clearTimeout(this.retry)
    this.ua.stop()
    this.silence()
  }

  /** Let go without a word on the wire: another tab goes on with the same call, a BYE would end it. */
  abandon(): void {
    this.closed = true
    window.clearTimeout(this.retry)
    this.disconnect()
    this.ua.stop()
    this.silence()
  }

  private again(): void {
    if (this.closed) return
    this.events.lost()
    window.clearTimeout(this.retry)
    // A restarted Asterisk learns the password a moment after it is up: ask again, never give up.
    this.retry = window.setTimeout(() => {
      if (this.ua.isConnected()) this.ua.register()
    }, backoff(this.tries++, Math.random()))
  }

  private take(session: Session): void {
    const incoming = session.direction === 'incoming'
    if (this.session) {
      if (incoming) session.terminate({ status_code: 486 })
      return
    }
    this.session = session
    const over = (cause: string): void => {
      if (this.session !== session) return
      this.session = null
      this.silence()
      this.events.ended(cause)
    }
    const listen = (connection: RTCPeerConnection): void => {
      connection.addEventListener('track', (event) => {
        this.audio.srcObject = event.streams[0] ?? new MediaStream([event.track])
        // Refused only without any earlier click on the page; signing on was one.
        void this.audio.play().catch(() => undefined)
      })
    }
    // A call of ours has its connection already when it comes here.
    if (incoming) session.on('peerconnection', ({ peerconnection }: { peerconnection: RTCPeerConnection }) => listen(peerconnection))
    else listen(session.connection)
    session.on('progress', ({ originator }: { originator: string }) => {
      if (originator === 'remote') this.events.ringback?.()
    })
    session.on('confirmed', () => {
      this.events.connected()
    })
    session.on('hold', (event: { originator: string }) => {
      if (event.originator === 'local') this.events.held(true)
    })
    session.on('unhold', (event: { originator: string }) => {
      if (event.originator === 'local') this.events.held(false)
    })
    session.on('ended', ({ cause }: { cause: string }) => {
      over(cause)
    })
    session.on('failed', ({ cause }: { cause: string }) => {
      over(cause)
    })
    if (incoming) this.events.invite(session.remote_identity.uri.user)
  }

  private silence(): void {
    this.audio.srcObject = null
  }
}
