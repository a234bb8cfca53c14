/** A year as twelve months of weeks, and what each day is. Pure; days are "2026-10-01". */
import type { CalendarDay } from '@/api/types'

export interface Cell {
  day: string
  number: number
  work: boolean
  name: string
  /** Differs from what its weekday says. */
  special: boolean
}

const pad = (value: number): string => String(value).padStart(2, '0')

/** Twelve months, each a list of cells, preceded by as many nulls as days of the week before the 1st (Monday first). */
export function months(year: number, days: CalendarDay[]): (Cell | null)[][] {
  const told = new Map(days.map((each) => [each.day, each]))
  return Array.from({ length: 12 }, (_, month) => {
    const blanks = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7
    const count = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
    const cells = Array.from({ length: count }, (_, index) => cell(year, month, index + 1, told))
    return [...Array.from({ length: blanks }, () => null), ...cells]
  })
}

function cell(year: number, month: number, number: number, told: Map<string, CalendarDay>): Cell {
  const day = `${year}-${pad(month + 1)}-${pad(number)}`
  const weekday = new Date(Date.UTC(year, month, number)).getUTCDay()
  const usual = weekday !== 0 && weekday !== 6
  const found = told.get(day)
  const work = found?.work ?? usual
  return { day, number, work, name: found?.name ?? '', special: work !== usual }
}

export function workdays(all: (Cell | null)[][]): number {
  return all.flat().filter((each) => each?.work).length
}
