/** The one way to the server: JSON, session cookie, CSRF header, a deadline, and errors as `ApiError`. */
import { ApiError } from './errors'
import type { paths } from './schema'

const DEADLINE_MS = 15_000
/** A photo over a poor connection. */
const UPLOAD_MS = 90_000
const SAFE = new Set(['GET', 'HEAD'])

export type Query = Record<string, string | number | boolean | null | undefined>
export interface Options {
  query?: Query
  /** JSON; a Blob goes as the bytes it is. */
  body?: unknown
  signal?: AbortSignal
}

let csrf = ''
let onSignedOut: () => void = () => undefined

export function setCsrf(token: string): void {
  csrf = token
}

/** Called when the server says the session has ended while somebody works. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

export function withQuery(path: string, query: Query = {}): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  if (!pairs.length) return path
  return `${path}?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString()}`
}

async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  const bytes = options.body instanceof Blob ? options.body : null
  if (options.body !== undefined) headers['Content-Type'] = bytes ? 'application/octet-stream' : 'application/json'
  if (!SAFE.has(method) && csrf) headers['X-CSRF-Token'] = csrf
  const deadline = AbortSignal.timeout(bytes ? UPLOAD_MS : DEADLINE_MS)
  let response: Response
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      headers,
      credentials: 'same-origin',
      body: bytes ?? (options.body === undefined ? null : JSON.stringify(options.body)),
      signal: options.signal ? AbortSignal.any([options.signal, deadline]) : deadline,
    })
  } catch (error) {
    if (options.signal?.aborted) throw error
    throw new ApiError(0, deadline.aborted ? 'timeout' : 'network', '')
  }
  if (response.status === 204) return undefined as T
  const content: unknown = await response.json().catch(() => null)
  if (response.ok) return content as T
  const error = toError(response.status, content)
  if (error.code === 'not_signed_in' && path !== '/api/session') onSignedOut()
  throw error
}

/** A file as the body, with its progress (0..1): `fetch` tells none. No deadline: a slow line may take its time. */
export function send<T>(path: Known<'post'>, query: Query, file: Blob, onProgress: (share: number) => void = () => undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', withQuery(path, query))
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (csrf) request.setRequestHeader('X-CSRF-Token', csrf)
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    request.onerror = () => reject(new ApiError(0, 'network', ''))
    request.onload = () => {
      let content: unknown = null
      try {
        content = JSON.parse(request.responseText)
      } catch {
        content = null // not ours: a proxy's page, or nothing
      }
      if (request.status >= 200 && request.status < 300) resolve(content as T)
      else reject(toError(request.status, content))
    }
    request.send(file)
  })
}

function toError(status: number, content: unknown): ApiError {
  if (content && typeof content === 'object' && 'code' in content) {
    const { code, message, details } = content as { code: string; message?: string; details?: Record<string, unknown> }
    return new ApiError(status, code, message ?? '', details ?? {})
  }
  return new ApiError(status, status >= 500 ? 'server' : `http_${status}`, '')
}

/** `/api/tickets/{ticket_id}/file` → `/api/tickets/${string}/file`. */
type Filled<Path extends string> = Path extends `${infer Before}{${string}}${infer After}` ? `${Before}${string}${Filled<After>}` : Path
/** The paths that the server's OpenAPI knows for a method: asking for any other does not compile. */
type Known<Method extends string> = {
  [Path in keyof paths & string]: paths[Path] extends Record<Method, { responses: unknown }> ? Filled<Path> : never
}[keyof paths & string]

export const api = {
  get: <T>(path: Known<'get'>, query?: Query, signal?: AbortSignal) => request<T>('GET', path, { query, signal }),
  post: <T = void>(path: Known<'post'>, body: unknown = {}) => request<T>('POST', path, { body }),
  put: <T = void>(path: Known<'put'>, body: unknown) => request<T>('PUT', path, { body }),
  patch: <T = void>(path: Known<'patch'>, body: unknown) => request<T>('PATCH', path, { body }),
  delete: <T = void>(path: Known<'delete'>) => request<T>('DELETE', path),
}
