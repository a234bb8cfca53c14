/* The grid page opens without a connection: its own files, kept as they were last loaded. Answers of the API are never kept. */
const CACHE = 'jiesu-grid-page'
const PAGE = '/grid'

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.add(PAGE)).then(() => self.skipWaiting()))
})
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

/* The page says which files it is made of: those are kept, those of an older console go. */
self.addEventListener('message', (event) => {
  const files = Array.isArray(event.data?.files) ? event.data.files : []
  event.waitUntil(
    caches.open(CACHE).then(async (cache) => {
      await Promise.all(files.map(async (file) => (await cache.match(file)) ?? cache.add(file)))
      for (const request of await cache.keys()) {
        const path = new URL(request.url).pathname
        if (path !== PAGE && !files.includes(path)) await cache.delete(request)
      }
      event.source?.postMessage({ kept: files.length })
    }),
  )
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    event.respondWith(
      fetch(request).then(
        (answer) => {
          const copy = answer.clone()
          if (answer.ok) event.waitUntil(caches.open(CACHE).then((cache) => cache.put(PAGE, copy)))
          return answer
        },
        async () => (await caches.match(PAGE)) ?? Response.error(),
      ),
    )
  } else if (url.pathname.startsWith('/assets/') || url.pathname === '/favicon.svg') {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)))
  }
})
