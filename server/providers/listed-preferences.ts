/** The settings about models with the names by which providers list these. */
import type { Preference, Settings } from '../../shared/settings.ts';

export type NamedPreferences = {
  readonly roles: Settings['roles'];
  readonly taskTypes: Settings['routing.taskTypes'];
};

/** @param listedId `ProviderRegistry.listedId`: a user may leave out a tag or a registry, or write them */
export function listedPreferences(settings: Settings, listedId: (id: string) => string): NamedPreferences {
  const withListedNames = ({ model, models, allow, ...others }: Preference): Preference => ({
    ...others,
    ...(model === undefined ? {} : { model: listedId(model) }),
    ...(models === undefined ? {} : { models: models.map(listedId) }),
    ...(allow === undefined ? {} : { allow: allow.map(listedId) }),
  });
  const all = <Name extends string>(
    preferences: Readonly<Partial<Record<Name, Preference>>>,
  ): Record<Name, Preference> =>
    Object.fromEntries(
      Object.entries<Preference | undefined>(preferences).flatMap(([name, preference]) =>
        preference ? [[name, withListedNames(preference)]] : [],
      ),
    ) as Record<Name, Preference>;
  return { roles: all(settings.roles), taskTypes: all(settings['routing.taskTypes']) };
}
