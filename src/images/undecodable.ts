/** An image that cannot be decoded, and why in one line; thrown where the path is not known. */
export class UndecodableImage extends Error {}

/** Above this many pixels PIL refuses an image as a decompression bomb, and so do we. */
export const pixelLimit = 2 * 89_478_485

/** Checks a size read from a header before anything of that size is allocated. @throws UndecodableImage */
export function needSaneSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new UndecodableImage(`its header says ${width} × ${height} pixels`)
  if (width * height > pixelLimit)
    throw new UndecodableImage(`its header says ${width} × ${height} pixels, more than the limit of ${pixelLimit}`)
}

/** The reason for a file that ends before its pixels do. */
export const truncated = () => new UndecodableImage('the file is truncated: its pixels end early')
