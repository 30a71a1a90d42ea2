interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>
}

/** The part of the global `WebAssembly` used here; Node's types leave it to the DOM library. */
export const { Module: WasmModule, Instance: WasmInstance } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: new (bytes: Uint8Array) => object
      readonly Instance: new (module: object, imports: object) => WasmInstance
    }
  }
).WebAssembly

/** Linear memory; `buffer` is another object after every growth. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer
  /** @param pages of 64 KiB, to add */
  grow(pages: number): number
}
