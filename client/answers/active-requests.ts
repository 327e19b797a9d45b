/** Answers that are arriving: who can stop them, and the context keys that show their buttons. */
import * as vscode from 'vscode';

export type ActiveRequests = {
  /** Marks a document as being written; the source is cancelled by its Stop button. */
  add(uri: vscode.Uri, source: vscode.CancellationTokenSource): vscode.Disposable;
  /** Stops the answer in this document. Absent: the one in front, else the only one. */
  stop(uri?: vscode.Uri): void;
};

/** `rumbo.streaming` holds the addresses of documents being written, for `resource in rumbo.streaming`. */
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
      const inFront =
        input instanceof vscode.TabInputTextDiff
          ? input.modified
          : input instanceof vscode.TabInputText
            ? input.uri
            : undefined;
      const source = sources.get((uri ?? inFront)?.toString() ?? '');
      if (source) source.cancel();
      else if (sources.size === 1) for (const only of sources.values()) only.cancel();
    },
  };
}
