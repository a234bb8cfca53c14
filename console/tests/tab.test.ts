import { describe, expect, it } from 'vitest'

import { Tab, type TabChannel, type TabStorage } from '@/phone/tab'

function aStorage(from: Record<string, string> = {}): TabStorage & { all: Map<string, string> } {
  const all = new Map(Object.entries(from))
  return {
    all,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
  }
}

/** Every channel hears what the others say, never itself. */
function aBrowser(): () => TabChannel {
  const channels: TabChannel[] = []
  return () => {
    const mine: TabChannel = {
      onmessage: null,
      postMessage: (data) => {
        for (const other of channels) if (other !== mine) other.onmessage?.({ data } as MessageEvent)
      },
    }
    channels.push(mine)
    return mine
  }
}

let made = 0
const make = (): string => `id${++made}`

describe('a tab', () => {
  it('keeps its id over a reload', async () => {
    const storage = aStorage()
    const channel = aBrowser()
    const first = new Tab(storage, channel(), make, 5)
    first.wanted = true
    const reloaded = new Tab(storage, aBrowser()(), make, 5)
    await reloaded.settled
    expect(reloaded.id).toBe(first.id)
    expect(reloaded.wanted).toBe(true)
  })

  it('that was duplicated takes an id of its own and does not claim the phone', async () => {
    const channel = aBrowser()
    const original = new Tab(aStorage(), channel(), make, 5)
    original.wanted = true
    const copy = new Tab(aStorage({ 'jiesu.tab': original.id, 'jiesu.phone-wanted': 'yes' }), channel(), make, 5)
    await Promise.all([original.settled, copy.settled])
    expect(copy.id).not.toBe(original.id)
    expect(copy.wanted).toBe(false)
    expect(original.wanted).toBe(true)
  })
})
