import { Iphone } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/phone',
    name: 'citizen-phone',
    component: () => import('./PhonePage.vue'),
    meta: { title: 'citizen.title', public: true, bare: true, demo: true, nav: { order: 90, icon: Iphone, label: 'citizen.nav', group: 'demo' } },
  },
] satisfies RouteRecordRaw[]
