/** Writes JSON-RPC messages to a stream, those of one turn of the event loop in one chunk: each write wakes the reader. */
import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-languageserver/node';

/** `write` resolves when the stream has accepted the message, so a slow reader slows the writer. */
export function messageWriter(stream: Writable): MessageWriter {
  return new Writer(stream);
}

/** Messages that are written together, and the promise of all of them. */
type Batch = PromiseWithResolvers<void> & { text: string };

class Writer extends AbstractMessageWriter implements MessageWriter {
  readonly #stream: Writable;
  #batch: Batch | undefined;

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    stream.on('error', (error) => this.fireError(error));
    stream.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const body = JSON.stringify(message);
    this.#batch ??= this.#open();
    const batch = this.#batch;
    batch.text += `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    return batch.promise;
  }

  end(): void {
    this.#flush();
    this.#stream.end();
  }

  #open(): Batch {
    // After the input of this turn has been read, before the loop waits for more.
    setImmediate(() => this.#flush());
    return { ...Promise.withResolvers<void>(), text: '' };
  }

  #flush(): void {
    const batch = this.#batch;
    if (!batch) return;
    this.#batch = undefined;
    this.#stream.write(batch.text, (error) => (error ? batch.reject(error) : batch.resolve()));
  }
}
