/** The time, as a reactive value that moves once a second, in milliseconds. One timer for the whole console. */
import { ref } from 'vue'

export const now = ref(Date.now())
setInterval(() => {
  now.value = Date.now()
}, 1000)
