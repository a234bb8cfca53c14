/** Ringing that works in a hidden tab: the tones are scheduled on the audio clock, no timer of the page is needed. */
import { t } from '@/i18n'

const PATTERN_SECONDS = 4 // one second on, three off
const RINGS = 20

export class Ringer {
  private context: AudioContext | null = null
  private playing: { oscillators: OscillatorNode[]; gain: GainNode } | null = null
  private flashing = 0
  private title = ''
  private notice: Notification | null = null

  /** Browsers let a page sound and notify only after a click or key: at once if there was one, else at the next. */
  unlock(): void {
    if (!navigator.userActivation.hasBeenActive) {
      const once = { once: true, capture: true }
      const later = (): void => {
        window.removeEventListener('pointerdown', later, once)
        window.removeEventListener('keydown', later, once)
        this.unlock()
      }
      window.addEventListener('pointerdown', later, once)
      window.addEventListener('keydown', later, once)
      return
    }
    this.context ??= new AudioContext()
    void this.context.resume()
    if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission()
  }

  start(who: string, line: string): void {
    this.stop()
    this.sound()
    this.flash(who)
    this.notify(who, line)
  }

  stop(): void {
    if (this.playing && this.context) {
      this.playing.gain.gain.cancelScheduledValues(0)
      this.playing.gain.gain.value = 0
      this.playing.oscillators.forEach((oscillator) => {
        oscillator.stop()
        oscillator.disconnect()
      })
      this.playing.gain.disconnect()
    }
    this.playing = null
    if (this.flashing) {
      window.clearInterval(this.flashing)
      document.title = this.title
      this.flashing = 0
    }
    this.notice?.close()
    this.notice = null
  }

  private sound(): void {
    const context = (this.context ??= new AudioContext())
    void context.resume()
    const gain = context.createGain()
    gain.gain.value = 0
    gain.connect(context.destination)
    const oscillators = [440, 480].map((frequency) => {
      const oscillator = context.createOscillator()
      oscillator.frequency.value = frequency
      oscillator.connect(gain)
      oscillator.start()
      return oscillator
    })
    for (let ring = 0; ring < RINGS; ring++) {
      const at = context.currentTime + 0.02 + ring * PATTERN_SECONDS
      gain.gain.setValueAtTime(0, at)
      gain.gain.linearRampToValueAtTime(0.09, at + 0.03)
      gain.gain.setValueAtTime(0.09, at + 1)
      gain.gain.linearRampToValueAtTime(0, at + 1.05)
    }
    this.playing = { oscillators, gain }
  }

  private flash(who: string): void {
    this.title = document.title
    let on = false
    const turn = (): void => {
      on = !on
      document.title = on ? t('phone.ring_title', { who }) : this.title
    }
    turn()
    this.flashing = window.setInterval(turn, 1000)
  }

  private notify(who: string, line: string): void {
    if (document.visibilityState === 'visible' && document.hasFocus()) return
    if (!('Notification' in window) || Notification.permission !== 'granted') return
    this.notice = new Notification(t('phone.ring_title', { who }), {
      body: t('phone.ring_body', { line }),
      icon: '/favicon.svg',
      tag: 'jiesu-call',
      requireInteraction: true,
    })
    this.notice.onclick = () => {
      window.focus()
      this.notice?.close()
    }
  }
}
