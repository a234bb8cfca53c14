/** The server's short `problem` of a recording (recordings/rules.py `verdict`) as a key and values for a sentence. Pure. */
export interface Problem {
  key: 'no_file' | 'leg_missing' | 'short' | 'other'
  values: Record<string, string | number>
  diskFull: boolean
}

export function parseProblem(raw: string | null): Problem | null {
  if (!raw) return null
  const [what = '', ...more] = raw.split(';')
  const diskFull = more.includes('disk_full')
  if (what === 'no_file') return { key: 'no_file', values: {}, diskFull }
  const leg = /^leg_missing:(mix|caller|agent)$/.exec(what)?.[1]
  if (leg) return { key: 'leg_missing', values: { leg }, diskFull }
  const short = /^short:([\d.]+)\/([\d.]+)$/.exec(what)
  if (short) return { key: 'short', values: { recorded: Number(short[1]), talked: Number(short[2]) }, diskFull }
  return { key: 'other', values: { problem: what }, diskFull }
}
