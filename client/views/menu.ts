/** The menu behind the status-bar item. */
import * as vscode from 'vscode';
import type { InlineState } from '../../shared/inline.ts';
import { roles } from '../../shared/roles.ts';

const first = [
  { label: `$(${roles.planner.icon}) Plan…`, command: 'rumbo.plan' },
  { label: `$(${roles.coder.icon}) Code…`, command: 'rumbo.code' },
  { label: '$(sparkle) Generate Here…', command: 'rumbo.generateHere' },
  { label: '$(question) Why This Model?', command: 'rumbo.whyThisModel' },
  { label: '$(arrow-up) Use a Stronger Model', command: 'rumbo.useStrongerModel' },
  { label: '$(type-hierarchy) Explain Route…', command: 'rumbo.explainRoute' },
  { label: '$(settings) Choose Strategy…', command: 'rumbo.chooseStrategy' },
] as const;

const turnOff = { label: '$(circle-slash) Turn Ghost Text Off', command: 'rumbo.turnGhostTextOff' };
const chooseModels = {
  label: '$(checklist) Choose Ghost Text Models…',
  command: 'rumbo.chooseGhostTextModels',
};
const pause = { label: '$(debug-pause) Pause Ghost Text', command: 'rumbo.pauseGhostText' };
const ghostText = {
  off: [{ label: '$(lightbulb) Turn Ghost Text On…', command: 'rumbo.turnGhostTextOn' }],
  on: [pause, chooseModels, turnOff],
  paused: [
    { label: '$(debug-continue) Resume Ghost Text', command: 'rumbo.resumeGhostText' },
    chooseModels,
    turnOff,
  ],
  'no-model': [chooseModels, turnOff],
} as const satisfies Record<InlineState['state'], unknown>;

const last = [
  { label: '$(server) Show Providers', command: 'rumbo.showProviders' },
  { label: '$(search) Discover Local Endpoints', command: 'rumbo.discover' },
  { label: '$(cloud-download) Pull Local Model…', command: 'rumbo.pullModel' },
  { label: '$(key) Set API Key…', command: 'rumbo.setApiKey' },
  { label: '$(gear) Open Settings', command: 'rumbo.openSettings' },
  { label: '$(output) Show Log', command: 'rumbo.showLog' },
] as const;

/** @param state of ghost text; its commands come first while it is paused or unavailable */
export async function showMenu(state: InlineState['state']): Promise<void> {
  const own = ghostText[state];
  const entries =
    state === 'paused' || state === 'no-model' ? [...own, ...first, ...last] : [...first, ...own, ...last];
  const picked = await vscode.window.showQuickPick(entries, { title: 'Rumbo' });
  if (picked) await vscode.commands.executeCommand(picked.command);
}
