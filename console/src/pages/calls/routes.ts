import { Phone } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/calls',
    name: 'calls',
    component: () => import('./CallsPage.vue'),
    meta: { title: 'calls.title', roles: ['operator', 'dispatcher', 'supervisor', 'leader', 'admin'], nav: { order: 20, icon: Phone, label: 'calls.nav' } },
  },
] satisfies RouteRecordRaw[]
