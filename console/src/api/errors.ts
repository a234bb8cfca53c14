/** Every failure of a request is one class with a code that has a text in `locales/<locale>/errors.json`. */
import { i18n } from '@/i18n'

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    message: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** Trying the same again may work. */
  get transient(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504
  }
}

/** What a person reads: our translated text for the code, else what the server said. */
export function explain(error: unknown): string {
  const { t, te } = i18n.global
  if (!(error instanceof ApiError)) return t('errors.unexpected')
  const key = `errors.${error.code}`
  // A refusal with a reason of its own says more than the general text for its class.
  if (te(key)) return t(key, error.details)
  return error.message || t('errors.unexpected')
}
