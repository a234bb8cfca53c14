import { Tickets } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

export default [
  { path: '/tickets', name: 'tickets', component: () => import('./TicketsPage.vue'), meta: { title: 'tickets.title', nav: { order: 30, icon: Tickets, label: 'tickets.nav' } } },
  { path: '/tickets/:id', name: 'ticket', component: () => import('./TicketPage.vue'), props: true, meta: { title: 'tickets.one' } },
] satisfies RouteRecordRaw[]
