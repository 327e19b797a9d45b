/** Where set-up keeps what it fetches and writes: everything under `.rumbo`, which may be deleted at any time. */
import { join } from 'node:path';

export const projectFolder = join(import.meta.dirname, '..', '..');
const own = join(projectFolder, '.rumbo');

export const folders = {
  own,
  practice: join(own, 'practice'),
  codeServer: join(own, 'code-server'),
  logs: join(own, 'logs'),
};
