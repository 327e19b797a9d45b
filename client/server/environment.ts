/** The environment of the server process: the user's, without secrets that are not meant for it. */
import { isForwarded } from '../../shared/environment.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Names that contain a word for secrets, and values that are URLs with credentials. */
const secretName =
  /(?:KEYS?|TOKENS?|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|COOKIE|DSN)(?:_|$)|(?:^|_)(?:AUTH|PAT|PWD)(?:_|$)/i;
const secretValue = /:\/\/[^/\s@:]*:[^/\s@]*@/;
/** The working directory of shells; `PWD` only looks like a password. */
const notSecret = new Set(['PWD', 'OLDPWD']);
const isSecret = (name: string, value: string): boolean =>
  !notSecret.has(name) && (secretName.test(name) || secretValue.test(value));

/** Variables that change how Node runs, or tie the server to the editor's processes. */
const nodeVariables =
  /^(NODE_OPTIONS|NODE_PATH|NODE_INSPECT\w*|NODE_REPL\w*|NODE_CHANNEL_\w+|NODE_V8_COVERAGE|VSCODE_\w+|ELECTRON_\w+|LD_PRELOAD|DYLD_\w+)$/i;

/**
 * @param keyVariables names of variables the user named by `keyEnv`
 * @param electron the editor runs on Electron, whose binary then needs `ELECTRON_RUN_AS_NODE`
 */
export function serverEnvironment(
  environment: Environment,
  keyVariables: readonly string[],
  electron: boolean,
): Record<string, string> {
  const named = new Set(keyVariables);
  const safeEntries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !nodeVariables.test(entry[0]) &&
      (isForwarded(entry[0]) || named.has(entry[0]) || !isSecret(entry[0], entry[1])),
  );
  return {
    ...Object.fromEntries(safeEntries),
    ...(electron ? { ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' } : {}),
  };
}

/** The variables named by `keyEnv` in the user's `rumbo.providers`. */
export function keyVariablesOf(providers: unknown): string[] {
  if (typeof providers !== 'object' || providers === null) return [];
  return Object.values(providers)
    .map((provider: { keyEnv?: unknown } | null) => provider?.keyEnv)
    .filter((name) => typeof name === 'string');
}
