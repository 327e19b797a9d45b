/** Runs every pure unit test in this one process: `npm run test:unit` passes this file to `node --test`. */
import { sharedProcessFiles } from '../../scripts/test/unit-files.ts';

for (const file of sharedProcessFiles) await import(new URL(`../../${file}`, import.meta.url).href);
