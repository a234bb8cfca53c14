/** A server's sentence that comes as "中文 / English": the half for this locale. Anything else is shown as it is. */
export function half(text: string | null | undefined, locale: string): string {
  const [chinese = '', english] = (text ?? '').split(' / ')
  return english !== undefined && locale === 'en' ? english : chinese
}
