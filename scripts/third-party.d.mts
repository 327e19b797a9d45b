export type BundledPackage = {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** Its licence files, whole. */
  readonly texts: readonly string[];
  /** Empty: it names none. */
  readonly homepage: string;
};
/** Every package with a file in a bundle, by name. Rejects for one without a licence. */
export function bundledPackages(): Promise<readonly BundledPackage[]>;
export function noticesText(packages: readonly BundledPackage[]): string;
/** CycloneDX. Throws when npm does not make the list or misses a package. */
export function materials(packages: readonly BundledPackage[]): {
  readonly bomFormat: string;
  readonly components: readonly { readonly 'bom-ref': string }[];
};
