import { Finished } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/work', name: 'work', component: () => import('./WorkPage.vue'), meta: { title: 'work.title', nav: { order: 25, icon: Finished, label: 'work.nav' } } },
] satisfies RouteRecordRaw[]
