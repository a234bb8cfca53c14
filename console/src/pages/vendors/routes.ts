import { Shop } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const DESK = ['operator', 'dispatcher', 'supervisor', 'admin']
const READERS = [...DESK, 'handler', 'signer', 'unit_leader', 'reviewer', 'leader', 'inspector', 'auditor']

export default [
  { path: '/vendors', name: 'vendors', component: () => import('./VendorsPage.vue'), meta: { title: 'vendors.title', roles: READERS, nav: { order: 45, icon: Shop, label: 'vendors.nav' } } },
  { path: '/vendors/orders', name: 'vendor-orders', component: () => import('./OrdersPage.vue'), meta: { title: 'vendors.orders', roles: READERS } },
  { path: '/vendors/orders/new', name: 'vendor-order-new', component: () => import('./NewOrderPage.vue'), meta: { title: 'vendors.new_order', roles: DESK } },
  { path: '/vendors/orders/:id', name: 'vendor-order', component: () => import('./OrderPage.vue'), props: true, meta: { title: 'vendors.order', roles: READERS } },
  { path: '/vendors/complaints', name: 'vendor-complaints', component: () => import('./ComplaintsPage.vue'), meta: { title: 'vendors.complaints', roles: READERS } },
  { path: '/vendors/ranking', name: 'vendor-ranking', component: () => import('./RankingPage.vue'), meta: { title: 'vendors.ranking', roles: READERS } },
  { path: '/vendors/:id', name: 'vendor', component: () => import('./VendorPage.vue'), props: true, meta: { title: 'vendors.one', roles: READERS } },
  { path: '/my-orders', name: 'my-orders', component: () => import('./MyOrdersPage.vue'), meta: { title: 'vendors.mine', roles: ['vendor'], nav: { order: 10, icon: Shop, label: 'vendors.mine_nav' } } },
] satisfies RouteRecordRaw[]
