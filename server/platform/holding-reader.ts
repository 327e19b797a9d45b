/** Keeps what a client sends right after `initialize` until the server can handle it. */
import type { DataCallback, Disposable, Message, MessageReader } from 'vscode-languageserver/node';

export type HoldingReader = MessageReader & {
  /** Delivers the messages of the queue in their order; later ones pass at once. */
  release(): void;
};

/**
 * Lets messages pass up to the first `initialize`, and keeps all after it until `release`.
 * A client may send them before it reads the answer, in the same write as `initialize`.
 */
export function holdingReader(reader: MessageReader): HoldingReader {
  const queue: Message[] = [];
  let isHolding = false;
  let isReleased = false;
  let deliver: DataCallback = () => {};

  return {
    onError: reader.onError,
    onClose: reader.onClose,
    onPartialMessage: reader.onPartialMessage,
    dispose: () => reader.dispose(),
    listen(callback): Disposable {
      deliver = callback;
      return reader.listen((message) => {
        if (isHolding) queue.push(message);
        else {
          isHolding = !isReleased && 'method' in message && message.method === 'initialize';
          callback(message);
        }
      });
    },
    release() {
      isHolding = false;
      isReleased = true;
      for (const message of queue.splice(0)) deliver(message);
    },
  };
}
