/** The status for a tree: requested once, when the tree first becomes visible; later ones arrive as notifications. */
import type { Status } from '../../shared/status.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';

/**
 * The current status; starts the server when it does not run. `undefined`: that failed and the user was notified.
 * @param retry redraws the tree
 */
export async function currentStatus(server: ServerProcess, retry: () => void): Promise<Status | undefined> {
  try {
    return server.status ?? (await server.request('status'));
  } catch (error) {
    showError(toClientErrorData(error), { retry });
    return undefined;
  }
}
