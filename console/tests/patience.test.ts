import { nextTick, ref } from 'vue'
import { expect, it, vi } from 'vitest'

import { until } from '@/phone/patience'

it('ends at once, when the condition comes true, or when the time is over', async () => {
  vi.useFakeTimers()
  const shown = ref(false)
  const ended: string[] = []
  void until(() => true, 1000).then(() => ended.push('at once'))
  void until(() => shown.value, 1000).then(() => ended.push('shown'))
  void until(() => false, 1500).then(() => ended.push('deadline'))
  await nextTick()
  expect(ended).toEqual(['at once'])
  shown.value = true
  await vi.advanceTimersByTimeAsync(10)
  expect(ended).toEqual(['at once', 'shown'])
  await vi.advanceTimersByTimeAsync(1490)
  expect(ended).toEqual(['at once', 'shown', 'deadline'])
  vi.useRealTimers()
})
