import 'element-plus/theme-chalk/base.css'
import './styles/tokens.css'
import './styles/base.css'

import { createPinia } from 'pinia'
import { createApp } from 'vue'

import App from './App.vue'
import { i18n, preferredLocale, setLocale } from './i18n'
import { createConsoleRouter } from './router'
import { useSession } from './stores/session'

async function start(): Promise<void> {
  const app = createApp(App)
  app.use(createPinia())
  const session = useSession()
  // Side by side: no request waits for another before the first paint.
  await Promise.all([session.load(), setLocale(preferredLocale())])
  if (session.person && session.person.locale !== i18n.global.locale.value) await setLocale(session.person.locale)
  app.use(i18n)
  app.use(createConsoleRouter())
  app.mount('#app')
}

void start()
