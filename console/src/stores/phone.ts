import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { api } from '@/api/client'

export const usePhone = defineStore('phone', () => {
  const signedOn = ref(false)
  const inCall = computed(() => false)
  async function signOff(): Promise<void> {
    await api.post('/api/presence/sign-off')
    signedOn.value = false
  }
  return { signedOn, inCall, signOff }
})
