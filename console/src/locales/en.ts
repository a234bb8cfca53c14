import element from 'element-plus/es/locale/lang/en'

import { gather } from './gather'

export const texts = gather(import.meta.glob('./en/*.json', { eager: true, import: 'default' }))
export { element }
