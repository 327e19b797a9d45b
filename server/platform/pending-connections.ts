/**
 * Connections that are being made. undici hears of an abort only once it is connected; whoever cancels before that
 * has the half-made connection closed from here, unless somebody else waits for the same service.
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
    /** The connector, with the connections that it is still making known here. */
    track(connect: Connector): Connector {
      return (wanted, callback) => {
        const origin = `${wanted.protocol}//${wanted.host ?? wanted.hostname}`;
        const pending = sockets.get(origin) ?? new Set();
        sockets.set(origin, pending);
        // The type does not say so, but the socket is what it gives back.
        const socket = connect(wanted, (...made) => {
          pending.delete(socket);
          callback(...made);
        }) as unknown as Socket;
        pending.add(socket);
        return socket as never;
      };
    },

    /** A request waits for this origin. Call what is returned once, with whether it was given up. */
    wait(origin: string): (givenUp: boolean) => void {
      waiting.set(origin, (waiting.get(origin) ?? 0) + 1);
      return (givenUp) => {
        const left = (waiting.get(origin) ?? 1) - 1;
        if (left > 0) {
          waiting.set(origin, left);
          return;
        }
        waiting.delete(origin);
        if (!givenUp) return;
        for (const socket of sockets.get(origin) ?? []) socket.destroy(new Error('No request waits for it.'));
      };
    },
  };
}
