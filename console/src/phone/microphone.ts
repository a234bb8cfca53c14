/** May we use a microphone? Asked at sign-on, so that nobody finds out while a citizen waits. */
export type MicrophoneProblem = 'insecure' | 'refused' | 'absent' | 'busy'

export async function microphoneProblem(): Promise<MicrophoneProblem | null> {
  // Browsers give microphones to https pages and to this machine itself only.
  const devices = navigator.mediaDevices as MediaDevices | undefined
  if (!devices) return 'insecure'
  try {
    const stream = await devices.getUserMedia({ audio: true })
    stream.getTracks().forEach((track) => {
      track.stop()
    })
    return null
  } catch (error) {
    const name = error instanceof DOMException ? error.name : ''
    if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused'
    return name === 'NotFoundError' ? 'absent' : 'busy'
  }
}
