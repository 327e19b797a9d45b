/**
 * The messages that carry keys between the client and the server it forked: over Node's IPC channel, not JSON-RPC, whose
 * verbose trace would write them to a log. Both ends ship together, so the messages are not validated.
 */
import type { KeyOptions, KeyStoreName } from './keys.ts';

type ForProvider = { readonly id: number; readonly provider: string };
/**
 * A key that the user has typed for an origin. The server rejects it when the provider's address is another by now.
 * Absent: the provider's present origin.
 */
type NewKey = {
  readonly key: string;
  readonly origin?: string;
  /** The server has restarted and had this key in memory only: the service is not asked about it again. */
  readonly isResent?: boolean;
};

/** Client → server. */
export type KeyCommand =
  /** Replaces every stored key of this provider. */
  | ({ readonly type: 'rumbo/key/set' } & ForProvider & NewKey)
  /** Adds a key to the existing ones. */
  | ({ readonly type: 'rumbo/key/add' } & ForProvider & NewKey)
  /** Replaces one key by another once the service has accepted that; label and limits stay. */
  | ({ readonly type: 'rumbo/key/rotate'; readonly slot: string } & ForProvider & NewKey)
  /** Saves the keys that the provider has in the environment. */
  | ({ readonly type: 'rumbo/key/import' } & ForProvider)
  /** Changes label and limits of a key to these. */
  | ({ readonly type: 'rumbo/key/edit'; readonly slot: string; readonly options: KeyOptions } & ForProvider)
  /** Removes one key. Absent slot: all of the provider. */
  | ({ readonly type: 'rumbo/key/remove'; readonly slot?: string } & ForProvider)
  /** Removes all keys of all providers. */
  | { readonly type: 'rumbo/key/remove-everything'; readonly id: number };

/** Server → client, one per command. */
export type KeyReply = {
  readonly type: 'rumbo/key/reply';
  readonly id: number;
  /** Where the key is stored; `none` after a removal. Absent: the command failed and changed nothing. */
  readonly store?: KeyStoreName | 'none';
  /** Sentences, never with the key. Present when the command failed, or there is something to say of its result. */
  readonly message?: string;
  /** Names a key that is in memory only. Absent: a store has it. */
  readonly slot?: string;
  /** How many models the service listed for a new key. Absent: it was not tested. */
  readonly models?: number;
};

/** Server → client. Reads or changes an entry of the editor's secret storage. */
export type EditorSecretRequest =
  | {
      readonly type: 'rumbo/editor-secret';
      readonly id: number;
      readonly do: 'get' | 'remove';
      readonly account: string;
    }
  | {
      readonly type: 'rumbo/editor-secret';
      readonly id: number;
      readonly do: 'set';
      readonly account: string;
      readonly secret: string;
    };

/** Client → server, one per request. */
export type EditorSecretReply = {
  readonly type: 'rumbo/editor-secret/reply';
  readonly id: number;
  /** The secret, or whether an entry was removed. `null`: there is no entry. */
  readonly value?: string | boolean | null;
  /** The storage's own message. Present when it failed. */
  readonly error?: string;
};
