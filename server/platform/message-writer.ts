/** Writes JSON-RPC messages to a stream, head and body of each in one piece: half the writes, and half the wake-ups of whoever reads. */
import type { Writable } from 'node:stream';
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-languageserver/node';

/** `write` resolves when the stream has taken the message, so a slow reader slows its writer. */
export function messageWriter(stream: Writable): MessageWriter {
  return new Writer(stream);
}

class Writer extends AbstractMessageWriter implements MessageWriter {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    stream.on('error', (error) => this.fireError(error));
    stream.on('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    const body = JSON.stringify(message);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#stream.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, (error) =>
      error ? reject(error) : resolve(),
    );
    return promise;
  }

  end(): void {
    this.#stream.end();
  }
}
