/** Words of danger to life, heard while they are typed: which service to call, and that the ticket is 特急. Pure. */
export type Service = '110' | '119' | '120' | '122'

const DANGERS: readonly [Service, RegExp][] = [
  ['119', /(燃气|煤气|天然气|液化气)[^，。；]{0,4}(泄漏|泄露|漏气|爆)|(着|起|失)火|火灾|(被困|困在|困住|困着)|爆炸|坍塌|(高压线|电线)[^，。；]{0,4}(断|掉)|溺水|落水|掉(进|到)(水|河|井)/],
  ['120', /受伤|流血|昏迷|晕倒|中毒|心脏病|没有?呼吸|喘不(上|过)气|生命危险|救命/],
  ['122', /车祸|交通事故[^，。；]{0,8}(伤|死|堵)|撞(人|伤|了人)/],
  ['110', /跳楼|轻生|自杀|不想活|持刀|砍人|打架|绑架|抢劫|家暴|(孩子|老人|儿童)[^，。；]{0,4}(走失|失踪|丢了)/],
]
/** 没有人受伤 is no danger; 担心燃气泄漏 still is. */
const UNLESS = /(没有?|没有人|无人|未造成|未|不会|不是)[^，。；]{0,3}$/

export interface Danger {
  service: Service
  words: string
}

export function danger(text: string): Danger | null {
  for (const [service, pattern] of DANGERS) {
    for (const found of text.matchAll(new RegExp(pattern, 'g'))) {
      if (!UNLESS.test(text.slice(0, found.index))) return { service, words: found[0] }
    }
  }
  return null
}
