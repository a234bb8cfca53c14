/** The phone's own memory (IndexedDB): actions that wait, their photos, and what was last read, for when there is no connection. */
import type { Queued, Store } from './queue'

const NAME = 'jiesu-grid'
let opened: Promise<IDBDatabase> | null = null

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('actions', { keyPath: 'key' })
      request.result.createObjectStore('photos')
      request.result.createObjectStore('read')
    }
    request.onsuccess = () => { resolve(request.result) }
    request.onerror = () => { reject(new Error(request.error?.message)) }
  })
  return opened
}

/** Resolves when it is on the disk, not when it was asked for: an action that is shown as kept is kept. */
async function write(stores: string[], change: (tx: IDBTransaction) => void): Promise<void> {
  const tx = (await open()).transaction(stores, 'readwrite')
  change(tx)
  await new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => { resolve() }
    tx.onabort = () => { reject(new Error(tx.error?.message)) }
  })
}

async function read<T>(store: string, ask: (from: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const request = ask((await open()).transaction(store).objectStore(store))
  return new Promise((resolve, reject) => {
    request.onsuccess = () => { resolve(request.result) }
    request.onerror = () => { reject(new Error(request.error?.message)) }
  })
}

export const phoneStore: Store & {
  keep: (action: Queued, photos: Map<string, Blob>) => Promise<void>
  remember: (name: string, value: unknown) => Promise<void>
  recall: <T>(name: string) => Promise<T | undefined>
} = {
  all: () => read<Queued[]>('actions', (from) => from.getAll()),
  put: (action) => write(['actions'], (tx) => tx.objectStore('actions').put(action)),
  remove: (action) =>
    write(['actions', 'photos'], (tx) => {
      tx.objectStore('actions').delete(action.key)
      for (const id of action.body.photos ?? []) tx.objectStore('photos').delete(id)
    }),
  photo: (id) => read<Blob | undefined>('photos', (from) => from.get(id) as IDBRequest<Blob | undefined>),
  keep: (action, photos) =>
    write(['actions', 'photos'], (tx) => {
      for (const [id, blob] of photos) tx.objectStore('photos').put(blob, id)
      tx.objectStore('actions').put(action)
    }),
  remember: (name, value) => write(['read'], (tx) => tx.objectStore('read').put(JSON.parse(JSON.stringify(value)), name)),
  recall: <T>(name: string) => read<T | undefined>('read', (from) => from.get(name) as IDBRequest<T | undefined>),
}
