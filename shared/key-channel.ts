/**
 * How keys travel between the client and the server it forked: Node's IPC channel, not JSON-RPC, whose verbose trace
 * would write them to a log. Both ends ship together, so the shapes are trusted.
 */

/** Client → server. */
export type KeyCommand =
  /** In the place of every saved key of this provider. */
  | { readonly type: 'rumbo/key/set'; readonly id: number; readonly provider: string; readonly key: string }
  /** Beside those that are there. */
  | { readonly type: 'rumbo/key/add'; readonly id: number; readonly provider: string; readonly key: string }
  /** All of them. */
  | { readonly type: 'rumbo/key/remove'; readonly id: number; readonly provider: string };

/** Server → client, one for each command. */
export type KeyReply = {
  readonly type: 'rumbo/key/reply';
  readonly id: number;
  /** Where the key is now; `none` after a removal. Absent when it failed. */
  readonly store?: 'keychain' | 'memory' | 'none';
  /** One sentence, never with the key. Present when it failed, or when `memory` was second choice. */
  readonly message?: string;
};
