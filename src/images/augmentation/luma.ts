/** The gray of the pixel that starts at `data[i]`: PIL's conversion from RGB to L (ITU-R 601, 16-bit fixed point). */
export const luma = (data: Uint8Array, i: number): number =>
  ((data[i] as number) * 19595 + (data[i + 1] as number) * 38470 + (data[i + 2] as number) * 7471 + 0x8000) >> 16
