/**
 * Connections that are not established yet. undici handles an abort only once it is connected, so a connection whose
 * last waiting request is cancelled is closed here.
 */
import type { Socket } from 'node:net';
import type buildConnector from 'undici/lib/core/connect.js';

type Connector = ReturnType<typeof buildConnector>;

export type PendingConnections = ReturnType<typeof pendingConnections>;

export function pendingConnections() {
  /** By origin. */
  const sockets = new Map<string, Set<Socket>>();
  const waiting = new Map<string, number>();

  return {
    /** Wraps a connector and tracks its connections until they are established. */
    track(connect: Connector): Connector {
      return (wanted, callback) => {
        const origin = `${wanted.protocol}//${wanted.host ?? wanted.hostname}`;
        const pending = sockets.get(origin) ?? new Set();
        sockets.set(origin, pending);
        // The return value is the socket, although the type does not say so.
        const socket = connect(wanted, (...made) => {
          pending.delete(socket);
          callback(...made);
        }) as unknown as Socket;
        pending.add(socket);
        return socket as never;
      };
    },

    /** A request waits for this origin. Call the returned function once, with whether the request was cancelled. */
    wait(origin: string): (cancelled: boolean) => void {
      waiting.set(origin, (waiting.get(origin) ?? 0) + 1);
      return (cancelled) => {
        const left = (waiting.get(origin) ?? 1) - 1;
        if (left > 0) {
          waiting.set(origin, left);
          return;
        }
        waiting.delete(origin);
        if (!cancelled) return;
        for (const socket of sockets.get(origin) ?? []) socket.destroy(new Error('No request waits for it.'));
      };
    },
  };
}
