/** Asks before anything goes to another machine unencrypted, and remembers the consent by origin in the user's settings. */
import * as vscode from 'vscode';
import type { Status } from '../../shared/status.ts';
import { showInfo, showWarning } from '../notifications/notify.ts';
import type { ServerProcess } from '../server/process.ts';
import { addListEntry } from '../settings/user-settings.ts';

const choose = 'Allow\u2026';
const allow = 'Send Unencrypted';

/** Offers it once for each origin while the editor runs. */
export function offerToAllowHttp({ onStatus }: Pick<ServerProcess, 'onStatus'>): vscode.Disposable {
  const offered = new Set<string>();
  return onStatus(({ unencrypted = [] }) => {
    for (const origin of unencrypted) {
      if (offered.has(origin)) continue;
      offered.add(origin);
      const sentence = `Requests to ${origin} would not be encrypted, so Rumbo sends none. Use an https address, or allow this one.`;
      void showWarning(sentence, choose).then((picked) => (picked ? confirmHttp(origin) : undefined));
    }
  });
}

/** **Rumbo: Allow Unencrypted Address\u2026** @param provider its name. Absent: the user picks */
export async function allowHttp(
  { status }: { readonly status: Pick<Status, 'unencrypted' | 'providers'> | undefined },
  provider?: string,
): Promise<void> {
  const origins = status?.unencrypted ?? [];
  const named = status?.providers.find(({ name }) => name === provider)?.origin;
  const origin = named !== undefined && origins.includes(named) ? named : await pickOrigin(origins);
  if (origin !== undefined) await confirmHttp(origin);
}

async function pickOrigin(origins: readonly string[]): Promise<string | undefined> {
  if (origins.length === 0) {
    void showInfo(
      'No configured address waits for your consent: each is encrypted, on this machine, or allowed.',
    );
    return;
  }
  return vscode.window.showQuickPick([...origins], { title: 'Rumbo: send unencrypted to which address?' });
}

async function confirmHttp(origin: string): Promise<void> {
  const picked = await vscode.window.showWarningMessage(
    `Send prompts, answers and keys to ${origin} unencrypted?`,
    {
      modal: true,
      detail:
        'They can be read and changed on the network between. Your answer is remembered in rumbo.network.allowHttp.',
    },
    allow,
  );
  if (picked === allow) await addListEntry('network.allowHttp', origin);
}
