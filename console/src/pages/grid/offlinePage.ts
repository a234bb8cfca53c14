/** The page's files stay on the phone, so that it opens without a connection (`public/grid-sw.js`). */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = await navigator.serviceWorker.register('/grid-sw.js', { scope: '/grid' })
  // Not `serviceWorker.ready`: it never comes for a tab that was opened elsewhere (at the sign-in) and went on to this page.
  const worker = registration.installing ?? registration.waiting ?? registration.active
  if (!worker) return
  if (worker.state !== 'activated') {
    await new Promise<void>((resolve) => {
      worker.addEventListener('statechange', () => {
        if (worker.state === 'activated' || worker.state === 'redundant') resolve()
      })
    })
  }
  const loaded = performance.getEntriesByType('resource').map(({ name }) => new URL(name))
  const files = loaded.filter(({ origin, pathname }) => origin === location.origin && /^\/(assets\/|favicon\.svg)/.test(pathname))
  navigator.serviceWorker.addEventListener('message', () => { document.documentElement.dataset.kept = 'yes' }, { once: true })
  worker.postMessage({ files: [...new Set(files.map(({ pathname }) => pathname))] })
}
