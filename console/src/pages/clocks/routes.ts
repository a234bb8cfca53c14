import { AlarmClock } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/clocks',
    name: 'clocks',
    component: () => import('./ClocksPage.vue'),
    meta: { title: 'clocks.title', roles: ['dispatcher', 'supervisor', 'admin'], nav: { order: 80, icon: AlarmClock, label: 'clocks.nav' } },
  },
] satisfies RouteRecordRaw[]
