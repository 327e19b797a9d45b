/** **Rumbo: Discover Local Endpoints**: finds model servers, shows the result, and adds those that the user picks. */
import * as vscode from 'vscode';
import { type DiscoveredEndpoint, type DiscoverResult, endpointSettings } from '../../shared/discovery.ts';
import type { ProviderSettings } from '../../shared/settings.ts';
import { discoveredText, endpointDetail, endpointHost } from '../format/discovery.ts';
import { toClientErrorData } from '../notifications/error-messages.ts';
import { showInfo } from '../notifications/notify.ts';
import { showError } from '../notifications/show-error.ts';
import type { ServerProcess } from '../server/process.ts';
import { updateMapEntry } from '../settings/user-settings.ts';

export async function discoverEndpoints(server: ServerProcess): Promise<void> {
  try {
    const result = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: 'Rumbo: looking for model servers' },
      () => server.request('discover'),
    );
    await showResult(result);
  } catch (error) {
    showError(toClientErrorData(error), {
      button: { label: 'Try Again', run: () => discoverEndpoints(server) },
    });
  }
}

/** Adds the server to the user's providers. */
export async function useEndpoint(endpoint: DiscoveredEndpoint): Promise<void> {
  const { name, state } = endpoint;
  await addProvider(endpoint, endpointSettings(endpoint));
  if (state !== 'needs-key') return;
  // Not awaited: a notification can stay open forever.
  void showInfo(`${name} needs a key before it answers.`, 'Set API Key').then(
    (picked) => picked && vscode.commands.executeCommand('rumbo.setApiKey', name),
  );
}

/** Adds the server to the user's providers as disabled, so that it is not offered again. */
export const ignoreEndpoint = (endpoint: DiscoveredEndpoint): Promise<void> =>
  addProvider(endpoint, { ...endpointSettings(endpoint), enabled: false });

const addProvider = ({ name }: DiscoveredEndpoint, settings: ProviderSettings): Promise<void> =>
  updateMapEntry('providers', name, (current: ProviderSettings) => ({ ...settings, ...current }));

const choose = 'Choose…';

async function showResult(result: DiscoverResult): Promise<void> {
  const unused = result.endpoints.filter(({ use }) => use !== 'used');
  const picked = unused.length > 0 ? await pick(unused) : [];
  for (const endpoint of picked) await useEndpoint(endpoint);
  const endpoints = result.endpoints.map((each) =>
    picked.includes(each) ? ({ ...each, use: 'used' } as const) : each,
  );
  const hasUnused = endpoints.some(({ use }) => use !== 'used');
  void showInfo(discoveredText({ ...result, endpoints }), ...(hasUnused ? [choose] : [])).then((button) =>
    button === choose ? showResult({ ...result, endpoints }) : undefined,
  );
}

/** The servers that the user picks. Empty: dismissed. */
async function pick(endpoints: readonly DiscoveredEndpoint[]): Promise<readonly DiscoveredEndpoint[]> {
  const items = endpoints.map((endpoint) => ({
    label: endpoint.label,
    description: endpointHost(endpoint.baseUrl),
    detail: endpointDetail(endpoint),
    picked: endpoint.use === 'offered',
    endpoint,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Rumbo: use which of the discovered model servers?',
    placeHolder: 'Your choice is added to rumbo.providers in your settings.',
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return (picked ?? []).map(({ endpoint }) => endpoint);
}
