/**
 * The messages that carry keys from the client to the server it forked: over Node's IPC channel, not JSON-RPC, whose
 * verbose trace would write them to a log. Both ends ship together, so the messages are not validated.
 */

/** Client → server. */
export type KeyCommand =
  /** Replaces every saved key of this provider. */
  | { readonly type: 'rumbo/key/set'; readonly id: number; readonly provider: string; readonly key: string }
  /** Adds a key to the existing ones. */
  | { readonly type: 'rumbo/key/add'; readonly id: number; readonly provider: string; readonly key: string }
  /** Removes all keys. */
  | { readonly type: 'rumbo/key/remove'; readonly id: number; readonly provider: string };

/** Server → client, one per command. */
export type KeyReply = {
  readonly type: 'rumbo/key/reply';
  readonly id: number;
  /** Where the key is stored; `none` after a removal. Absent: the command failed. */
  readonly store?: 'keychain' | 'memory' | 'none';
  /** One sentence, never with the key. Present when the command failed, or the keychain could not be used. */
  readonly message?: string;
};
