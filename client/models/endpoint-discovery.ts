/** **Rumbo: Discover Local Endpoints**: looks for model servers, says what is there, and adds what the user picks. */
import * as vscode from 'vscode';
import { type DiscoveredEndpoint, type DiscoverResult, endpointSettings } from '../../shared/discovery.ts';
import type { ProviderSettings } from '../../shared/settings.ts';
import { discoveredText, endpointDetail, endpointHost } from '../format/discovery.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { updateMapEntry } from '../settings/user-settings.ts';

type Parts = { readonly server: ServerProcess };

export async function discoverEndpoints(parts: Parts): Promise<void> {
  try {
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Rumbo: looking for model servers' },
      () => parts.server.use((connection) => connection.discover()),
    );
    await offer(result);
  } catch (error) {
    showError(toClientErrorData(error), {
      button: { label: 'Try Again', run: () => discoverEndpoints(parts) },
    });
  }
}

/** Sends requests there from now on. */
export async function useEndpoint(endpoint: DiscoveredEndpoint): Promise<void> {
  const { name, state } = endpoint;
  await add(endpoint, endpointSettings(endpoint));
  if (state !== 'needs-key') return;
  // It may stay unanswered for ever.
  void showInfo(`${name} needs a key before it answers.`, 'Set API Key').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.setApiKey', name),
  );
}

/** Leaves it alone for good: it is named in the user's settings, switched off. */
export const ignoreEndpoint = (endpoint: DiscoveredEndpoint): Promise<void> =>
  add(endpoint, { ...endpointSettings(endpoint), enabled: false });

const add = ({ name }: DiscoveredEndpoint, settings: ProviderSettings): Promise<void> =>
  updateMapEntry('providers', name, (said: ProviderSettings) => ({ ...settings, ...said }));

const choose = 'Choose…';

async function offer(result: DiscoverResult): Promise<void> {
  const fresh = result.endpoints.filter(({ use }) => use !== 'used');
  const picked = fresh.length > 0 ? await pick(fresh) : [];
  for (const endpoint of picked) await useEndpoint(endpoint);
  const endpoints = result.endpoints.map((each) =>
    picked.includes(each) ? ({ ...each, use: 'used' } as const) : each,
  );
  const rest = endpoints.some(({ use }) => use !== 'used');
  void showInfo(discoveredText({ ...result, endpoints }), ...(rest ? [choose] : [])).then((button) =>
    button === choose ? offer({ ...result, endpoints }) : undefined,
  );
}

/** Those that the user wants to use; none when they go away. */
async function pick(endpoints: readonly DiscoveredEndpoint[]): Promise<readonly DiscoveredEndpoint[]> {
  const items = endpoints.map((endpoint) => ({
    label: endpoint.label,
    description: endpointHost(endpoint.baseUrl),
    detail: endpointDetail(endpoint),
    picked: endpoint.use === 'offered',
    endpoint,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Rumbo: use which of the model servers that were found?',
    placeHolder: 'Those you choose are added to rumbo.providers in your settings.',
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return (picked ?? []).map(({ endpoint }) => endpoint);
}
