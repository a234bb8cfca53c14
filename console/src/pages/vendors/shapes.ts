/** Shapes of the vendors' API, and which lamp each of their states carries. */
import type { components } from '@/api/schema'
import type { Tone } from '@/format/tone'

type Schema = components['schemas']
export type VendorRow = Schema['VendorRow']
export type Vendor = Schema['VendorOut']
export type OrderRow = Schema['OrderRow']
export type Order = Schema['OrderOut']
export type Orders = Schema['OrdersOut']
export type Suggestion = Schema['VendorSuggestionOut']
export type Complaint = Schema['ComplaintOut']
export type Ranking = Schema['RankingOut']
export type Service = Schema['ServiceOut']
export type Place = Schema['VendorPlaceOut']
export type Node = Schema['VendorNodeOut']
export type Card = Schema['CardOut']

export const orderTone: Record<string, Tone> = {
  open: 'red', offered: 'amber', accepted: 'blue', on_the_way: 'blue', done: 'amber', closed: 'green', cancelled: 'grey',
}
export const cardTone: Record<string, Tone> = { none: 'green', yellow: 'amber', red: 'red', terminated: 'red' }
export const complaintTone: Record<string, Tone> = {
  filed: 'amber', dismissed: 'grey', verified: 'red', appealed: 'amber', confirmed: 'red', overturned: 'grey',
}

/** 12000 fen → ¥120.00. */
export function yuan(fen: number | null | undefined): string {
  return fen === null || fen === undefined ? '—' : `¥${(fen / 100).toFixed(2)}`
}

/** What a person types as yuan, in fen; null when it is no price between 0 and 100,000 with at most two decimals. */
export function toFen(typed: string): number | null {
  const text = typed.trim()
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text)) return null
  const fen = Math.round(Number(text) * 100)
  return fen <= 10_000_000 ? fen : null
}
