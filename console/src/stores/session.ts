/** Who is signed in. Signing in again after an expired session keeps the page and everything typed on it. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

import { api, setCsrf, whenSignedOut } from '@/api/client'
import { ApiError } from '@/api/errors'
import type { Role, Session } from '@/api/types'
import { type Locale, setLocale } from '@/i18n'

/** Whom a grid worker's phone knows without a connection: name and roles, never the token of a session. */
const KNOWN = 'jiesu.grid.session'

function known(): Session | null {
  const kept = location.pathname.startsWith('/grid') ? localStorage.getItem(KNOWN) : null
  return kept ? (JSON.parse(kept) as Session) : null
}

export const useSession = defineStore('session', () => {
  const current = ref<Session | null>(null)
  /** The session ended under a person at work: a dialog asks to sign in again. */
  const expired = ref(false)
  /** Why we do not know who is here: the server cannot be reached or failed. Not the same as "nobody signed in". */
  const failure = ref<ApiError | null>(null)
  const person = computed(() => current.value?.person ?? null)
  const isAgent = computed(() => Boolean(person.value?.extension))
  /** Where this person's work begins. */
  const home = computed(() => (isAgent.value ? '/' : has('grid_worker') ? '/grid' : has('vendor') ? '/my-orders' : '/work'))
  const demo = computed(() => current.value?.demo ?? false)

  whenSignedOut(() => {
    if (current.value) expired.value = true
  })

  function take(session: Session | null): void {
    current.value = session
    setCsrf(session?.csrf ?? '')
    if (session) expired.value = false
    if (session?.person.roles.includes('grid_worker')) localStorage.setItem(KNOWN, JSON.stringify({ ...session, csrf: '' }))
  }

  async function load(): Promise<void> {
    try {
      take(await api.get<Session>('/api/session'))
      failure.value = null
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // The server decides all the same: what is done now waits in the phone's queue and is sent with a living session.
      const offline = error.status === 0 ? known() : null
      failure.value = error.status === 401 || offline ? null : error
      take(offline)
    }
  }

  async function signIn(login: string, password: string): Promise<void> {
    const session = await api.post<Session>('/api/session', { login, password })
    take(session)
    await setLocale(session.person.locale)
  }

  async function signOut(): Promise<void> {
    await api.delete('/api/session')
    localStorage.removeItem(KNOWN)
    take(null)
  }

  async function chooseLocale(locale: Locale): Promise<void> {
    await setLocale(locale)
    if (current.value) {
      current.value.person.locale = locale
      await api.patch('/api/session', { locale })
    }
  }

  function has(...roles: Role[]): boolean {
    return roles.some((role) => person.value?.roles.includes(role))
  }

  /** May this person open a page with this route meta? */
  function mayOpen(meta: { roles?: string[]; agent?: boolean; demo?: boolean; public?: boolean }): boolean {
    if (meta.demo && !demo.value) return false
    if (meta.agent && !isAgent.value) return false
    // A vendor's own people have a page of their own and no other.
    if (has('vendor') && !meta.public) return meta.roles?.includes('vendor') ?? false
    return !meta.roles || has(...(meta.roles as Role[]))
  }

  return { current, person, isAgent, home, demo, expired, failure, load, signIn, signOut, chooseLocale, has, mayOpen }
})
