import { ChatDotRound } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/demo/sms',
    name: 'demo-sms',
    component: () => import('./SmsPage.vue'),
    meta: { title: 'demo.sms.title', public: true, bare: true, demo: true, nav: { order: 95, icon: ChatDotRound, label: 'demo.sms.nav', group: 'demo' } },
  },
] satisfies RouteRecordRaw[]
