import { Reading } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const roles = ['operator', 'dispatcher', 'handler', 'unit_leader', 'reviewer', 'supervisor', 'admin']

export default [
  {
    path: '/knowledge',
    name: 'knowledge',
    component: () => import('./KnowledgePage.vue'),
    meta: { title: 'knowledge.title', roles, nav: { order: 40, icon: Reading, label: 'knowledge.nav' } },
  },
] satisfies RouteRecordRaw[]
