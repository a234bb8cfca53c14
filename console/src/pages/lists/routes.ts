import { Files } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/lists',
    name: 'lists',
    component: () => import('./ListsPage.vue'),
    meta: { title: 'lists.title', roles: ['admin'], nav: { order: 82, icon: Files, label: 'lists.nav' } },
  },
] satisfies RouteRecordRaw[]
