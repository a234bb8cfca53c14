/** Milliseconds to wait before try number `tries` (from 0): doubling from 0.5 s to 15 s, spread by ±25 %. */
export function backoff(tries: number, random: number): number {
  const base = Math.min(15_000, 500 * 2 ** Math.min(tries, 10))
  return Math.round(base * (0.75 + random / 2))
}
