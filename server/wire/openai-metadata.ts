/** Session and user of a request, in the fields that OpenAI and its copies have for them. */
import type { RequestMetadata } from '../../shared/chat.ts';

/** OpenAI. https://developers.openai.com/api/docs/guides/safety-best-practices#implement-safety-identifiers */
export const openaiMetadata = ({ session, user }: RequestMetadata): object => ({
  ...(session === undefined ? {} : { prompt_cache_key: session }),
  ...(user === undefined ? {} : { safety_identifier: user }),
});

/** Copies that kept OpenAI's older field. */
export const userMetadata = ({ user }: RequestMetadata): object => (user === undefined ? {} : { user });
