/** Routes come from `pages/<area>/routes.ts`: adding an area touches no shared file. */
import type { Component } from 'vue'
import { createRouter, createWebHistory, type Router, type RouteRecordRaw } from 'vue-router'

import { t } from './i18n'
import { warn } from './notify'
import { usePhone } from './stores/phone'
import { useSession } from './stores/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key of the page's title. */
    title: string
    /** An entry in the left rail; lower order comes first. */
    nav?: { order: number; icon: Component; label: string; group?: 'work' | 'demo' }
    /** Only these roles may open it (and see it in the rail); unset: everybody signed in. */
    roles?: string[]
    /** Only for people with an extension. */
    agent?: boolean
    /** Only on a system started with --demo. */
    demo?: boolean
    /** No sign-in needed. */
    public?: boolean
    /** Drawn without the rail and top bar. */
    bare?: boolean
  }
}

const areas = import.meta.glob<RouteRecordRaw[]>('./pages/*/routes.ts', { eager: true, import: 'default' })
export const routes: RouteRecordRaw[] = Object.values(areas).flat()

export function createConsoleRouter(): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    routes: [...routes, { path: '/:rest(.*)*', name: 'nowhere', component: () => import('./pages/login/NowherePage.vue'), meta: { title: 'shell.nowhere.title' } }],
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach((to) => {
    const session = useSession()
    if (to.meta.public) return true
    if (!session.person) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (to.meta.agent && !session.isAgent) return { path: session.home }
    return true
  })
  router.onError((error: Error, to) => {
    // The page's file is gone: a newer console was installed. Fetch it now, or after the call.
    if (!/dynamically imported module|preload/i.test(error.message)) throw error
    if (usePhone().inCall) warn(t('shell.newer'))
    else window.location.assign(to.fullPath)
  })
  router.afterEach((to) => {
    document.title = `${t(to.meta.title)} · ${t('shell.product')}`
  })
  return router
}
