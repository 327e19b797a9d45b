/** Requests whose answers stream into a document, how to stop them, and the context key that shows their Stop buttons. */
import * as vscode from 'vscode';

export type ActiveRequests = {
  /** Registers a document that an answer streams into. Its Stop button cancels the source. */
  add(uri: vscode.Uri, source: vscode.CancellationTokenSource): vscode.Disposable;
  /** Stops the answer in this document. Absent: in the active tab, or the only one that streams. */
  stop(uri?: vscode.Uri): void;
};

/** The context key `rumbo.streaming` lists the URIs of registered documents, for `resource in rumbo.streaming`. */
export function activeRequests(): ActiveRequests {
  const sources = new Map<string, vscode.CancellationTokenSource>();
  const publish = () =>
    void vscode.commands.executeCommand('setContext', 'rumbo.streaming', [...sources.keys()]);
  return {
    add(uri, source) {
      const key = uri.toString();
      sources.set(key, source);
      publish();
      return new vscode.Disposable(() => {
        if (sources.delete(key)) publish();
      });
    },
    stop(uri) {
      const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
      const activeUri =
        input instanceof vscode.TabInputTextDiff
          ? input.modified
          : input instanceof vscode.TabInputText
            ? input.uri
            : undefined;
      const source = sources.get((uri ?? activeUri)?.toString() ?? '');
      if (source) source.cancel();
      else if (sources.size === 1) for (const only of sources.values()) only.cancel();
    },
  };
}
