/** The server's last word for a tree: asked for once, when somebody first looks, and told by the server from then on. */
import type { Status } from '../../shared/status.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';

/**
 * The status, for which the server is started when it does not run. `undefined`: that failed, which the user was told.
 * @param again draws the tree anew
 */
export async function currentStatus(server: ServerProcess, again: () => void): Promise<Status | undefined> {
  try {
    return server.status ?? (await server.use((connection) => connection.status()));
  } catch (error) {
    showError(toClientErrorData(error), { retry: again });
    return undefined;
  }
}
