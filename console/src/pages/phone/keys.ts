/** The keypad, row by row. */
export const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'] as const
export const LETTERS: Record<string, string> = { '2': 'ABC', '3': 'DEF', '4': 'GHI', '5': 'JKL', '6': 'MNO', '7': 'PQRS', '8': 'TUV', '9': 'WXYZ', '0': '+' }

/** `key-1`, `key-star`, `key-hash`: what tests press. */
export function keyTest(key: string): string {
  return `key-${key === '*' ? 'star' : key === '#' ? 'hash' : key}`
}
