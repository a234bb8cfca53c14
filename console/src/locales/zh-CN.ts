import element from 'element-plus/es/locale/lang/zh-cn'

import { gather } from './gather'

export const texts = gather(import.meta.glob('./zh-CN/*.json', { eager: true, import: 'default' }))
export { element }
