/** A short message at the top: what was done, or what failed and why. */
import 'element-plus/es/components/message/style/css'

import { ElMessage } from 'element-plus'

import { explain } from '@/api/errors'

export function failed(error: unknown): void {
  ElMessage({ type: 'error', message: explain(error), duration: 6000, showClose: true, grouping: true })
}

export function warn(message: string): void {
  ElMessage({ type: 'warning', message, duration: 6000, showClose: true, grouping: true })
}

export function done(message: string): void {
  ElMessage({ type: 'success', message, duration: 2500, grouping: true })
}
