/** The schema of a model id (`ModelId` in chat.ts) where it comes from outside: settings and requests. */
import * as z from 'zod';

/** `provider/model`; the model's own name may hold more slashes. */
export const ModelIdSchema = z.string().regex(/^[^/\s]+\/\S+$/, 'must look like provider/model');
