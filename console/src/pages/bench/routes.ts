import { Headset } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/', name: 'bench', component: () => import('./BenchPage.vue'), meta: { title: 'bench.title', agent: true, nav: { order: 10, icon: Headset, label: 'bench.nav' } } },
] satisfies RouteRecordRaw[]
