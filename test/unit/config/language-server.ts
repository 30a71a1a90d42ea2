import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'

type Message = { id?: number; method?: string; params?: unknown; result?: unknown; error?: { message: string } }

/** A client of `yaml-language-server` over stdio, as an editor is one. */
export class LanguageServer {
  private readonly child: ChildProcess
  private buffer = Buffer.alloc(0)
  private lastId = 0
  private readonly waiting = new Map<number, (message: Message) => void>()
  private readonly diagnostics = new Map<string, (found: Diagnostic[]) => void>()

  constructor() {
    const bin = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server')
    this.child = spawn(process.execPath, [bin, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.buffer = Buffer.concat([this.buffer, chunk])
      this.drain()
    })
  }

  private drain(): void {
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/Content-Length: (\d+)/.exec(this.buffer.subarray(0, end).toString())?.[1])
      if (this.buffer.length < end + 4 + length) return
      const message = JSON.parse(this.buffer.subarray(end + 4, end + 4 + length).toString()) as Message
      this.buffer = this.buffer.subarray(end + 4 + length)
      this.receive(message)
    }
  }

  private receive(message: Message): void {
    if (message.method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = message.params as { uri: string; diagnostics: Diagnostic[] }
      this.diagnostics.get(uri)?.(diagnostics)
    } else if (message.method !== undefined && message.id !== undefined) {
      const { items = [] } = (message.params ?? {}) as { items?: unknown[] }
      const result = message.method === 'workspace/configuration' ? items.map(() => null) : null
      this.send({ id: message.id, result })
    } else if (message.id !== undefined) this.waiting.get(message.id)?.(message)
  }

  private send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.child.stdin?.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
  }

  private async request<T>(method: string, params: unknown): Promise<T> {
    const id = ++this.lastId
    const answer = new Promise<Message>((resolve) => this.waiting.set(id, resolve))
    this.send({ id, method, params })
    const { result, error } = await answer
    if (error !== undefined) throw new Error(error.message)
    return result as T
  }

  async start(): Promise<void> {
    await this.request('initialize', { processId: process.pid, rootUri: null, capabilities: {} })
    this.send({ method: 'initialized', params: {} })
    this.send({
      method: 'workspace/didChangeConfiguration',
      params: { settings: { yaml: { schemaStore: { enable: false } } } },
    })
  }

  /** Opens a document and answers what the server finds wrong in it. */
  async open(uri: string, text: string): Promise<Diagnostic[]> {
    const found = new Promise<Diagnostic[]>((resolve) => this.diagnostics.set(uri, resolve))
    this.send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    })
    return found
  }

  async complete(uri: string, line: number, character: number): Promise<CompletionItem[]> {
    const params = { textDocument: { uri }, position: { line, character } }
    return (await this.request<{ items: CompletionItem[] }>('textDocument/completion', params)).items
  }

  async hover(uri: string, line: number, character: number): Promise<string> {
    const params = { textDocument: { uri }, position: { line, character } }
    const answer = await this.request<{ contents: { value: string } } | null>('textDocument/hover', params)
    return answer?.contents.value ?? ''
  }

  stop(): void {
    this.child.kill()
  }
}

export interface Diagnostic {
  readonly message: string
  readonly range: { readonly start: { readonly line: number; readonly character: number } }
}

export interface CompletionItem {
  readonly label: string
  readonly documentation?: string | { readonly value: string }
}
