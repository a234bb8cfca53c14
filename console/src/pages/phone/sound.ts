/** What the citizen says: a microphone, sample voices, or silence, mixed into one stream that lasts as long as the page. */
const TONES: Record<string, [number, number]> = {
  '1': [697, 1209], '2': [697, 1336], '3': [697, 1477], '4': [770, 1209], '5': [770, 1336], '6': [770, 1477],
  '7': [852, 1209], '8': [852, 1336], '9': [852, 1477], '*': [941, 1209], '0': [941, 1336], '#': [941, 1477],
}
const TONE_SECONDS = 0.12

export type Microphone = 'off' | 'on' | 'insecure' | 'refused' | 'absent'

export class CitizenSound {
  private readonly context = new AudioContext()
  private readonly out = this.context.createMediaStreamDestination()
  private readonly microphoneGain = this.context.createGain()
  private microphone: MediaStream | null = null
  private sample: AudioBufferSourceNode | null = null
  private readonly decoded = new Map<string, AudioBuffer>()

  constructor() {
    this.microphoneGain.connect(this.out)
  }

  get stream(): MediaStream {
    return this.out.stream
  }

  /** On a click: browsers let a page sound only after one. */
  async wake(): Promise<void> {
    if (this.context.state !== 'running') await this.context.resume()
  }

  async useMicrophone(): Promise<Microphone> {
    if (this.microphone) return 'on'
    // Browsers give microphones to https pages and to this machine itself only.
    const devices = navigator.mediaDevices as MediaDevices | undefined
    if (!devices) return 'insecure'
    try {
      this.microphone = await devices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
      this.context.createMediaStreamSource(this.microphone).connect(this.microphoneGain)
      return 'on'
    } catch (problem) {
      return problem instanceof DOMException && problem.name === 'NotAllowedError' ? 'refused' : 'absent'
    }
  }

  dropMicrophone(): void {
    this.microphone?.getTracks().forEach((track) => {
      track.stop()
    })
    this.microphone = null
  }

  /** Fetch and decode ahead, so that "speak" speaks at once. Rejects when the sample cannot be read. */
  async prepare(url: string): Promise<AudioBuffer> {
    const known = this.decoded.get(url)
    if (known) return known
    const answer = await fetch(url, { credentials: 'same-origin' })
    if (!answer.ok) throw new Error(`sample ${answer.status}`)
    const buffer = await this.context.decodeAudioData(await answer.arrayBuffer())
    this.decoded.set(url, buffer)
    return buffer
  }

  /** Say a sample into the call and softly to the person at the page; the microphone keeps still meanwhile. */
  async speak(url: string, over: () => void): Promise<void> {
    const buffer = await this.prepare(url)
    await this.wake()
    this.hush()
    const source = this.context.createBufferSource()
    source.buffer = buffer
    const monitor = this.context.createGain()
    monitor.gain.value = 0.35
    source.connect(this.out)
    source.connect(monitor).connect(this.context.destination)
    source.onended = () => {
      monitor.disconnect()
      if (this.sample !== source) return
      this.sample = null
      this.microphoneGain.gain.value = 1
      over()
    }
    this.microphoneGain.gain.value = 0
    this.sample = source
    source.start()
  }

  hush(): void {
    const playing = this.sample
    this.sample = null
    this.microphoneGain.gain.value = 1
    playing?.stop()
  }

  /** The sound of a key, for the person at the page only: the call carries RFC 4733 events. */
  key(name: string): void {
    const tones = TONES[name]
    if (!tones || this.context.state !== 'running') return
    const gain = this.context.createGain()
    gain.gain.value = 0.06
    gain.connect(this.context.destination)
    for (const frequency of tones) {
      const oscillator = this.context.createOscillator()
      oscillator.frequency.value = frequency
      oscillator.connect(gain)
      oscillator.start()
      oscillator.stop(this.context.currentTime + TONE_SECONDS)
    }
    setTimeout(() => {
      gain.disconnect()
    }, TONE_SECONDS * 2000)
  }

  close(): void {
    this.hush()
    this.dropMicrophone()
    void this.context.close()
  }
}
