import { Compass, MapLocation } from '@element-plus/icons-vue'
import type { RouteRecordRaw } from 'vue-router'

const DESK = ['dispatcher', 'signer', 'handler', 'unit_leader', 'reviewer', 'supervisor', 'leader', 'inspector', 'auditor', 'higher', 'admin']

export default [
  { path: '/grid', name: 'grid', component: () => import('./GridPage.vue'), meta: { title: 'grid.title', bare: true, roles: ['grid_worker'], nav: { order: 44, icon: Compass, label: 'grid.mine' } } },
  { path: '/grid/desk', name: 'grid-desk', component: () => import('./DeskPage.vue'), meta: { title: 'grid.desk.title', roles: DESK, nav: { order: 45, icon: MapLocation, label: 'grid.desk.nav' } } },
] satisfies RouteRecordRaw[]
