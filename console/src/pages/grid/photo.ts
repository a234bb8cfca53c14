/** A photo made small on the phone, before it is kept and sent: a poor connection carries 300 kB, not 8 MB. */
const EDGE_PX = 1600
const QUALITY = 0.8

/** A JPEG of at most EDGE_PX; rejects when the file is no picture. */
export async function shrink(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file)
  const ratio = Math.min(1, EDGE_PX / Math.max(picture.width, picture.height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * ratio))
  canvas.height = Math.max(1, Math.round(picture.height * ratio))
  canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob)
      else reject(new Error('not a picture'))
    }, 'image/jpeg', QUALITY)
  })
}
