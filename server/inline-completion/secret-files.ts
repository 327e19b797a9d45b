/** Names of files that contain keys and passwords. Whatever the settings, ghost text is off in them and never reads them. */

/** Patterns as in `rumbo.privacy.localOnly`: at any depth, and everything in a matching folder. */
export const secretFiles: readonly string[] = [
  // Environment files, and files read like one.
  '.env',
  '.env.*',
  '.env-*',
  '*.env',
  '.envrc',
  '.dev.vars',
  'local.settings.json',
  // Private keys and key stores.
  '*.{pem,key,p8,p12,pfx,pkcs12,ppk,jks,keystore,kdbx,gpg,ovpn}',
  'id_{rsa,dsa,ecdsa,ed25519}{,_*,.old,.bak}',
  '.{ssh,gnupg,password-store}',
  // Clouds and clusters.
  '.{aws,azure,kube,oci}',
  '.config/{gcloud,gh,hub,doctl,op}',
  '*.kubeconfig',
  '{client_secret,service-account,service_account,serviceAccount,gcp-key}*.json',
  '*.tfstate',
  '*.tfstate.*',
  '*.tfvars',
  '*.tfvars.json',
  '.terraformrc',
  'terraform.rc',
  '.vault-token',
  '.docker/config.json',
  '.dockercfg',
  '.dockerconfigjson',
  // Package registries and repositories.
  '.{npmrc,yarnrc,yarnrc.yml,pypirc,netrc,git-credentials}',
  '_netrc',
  '.git/config',
  '.cargo/credentials.toml',
  '.m2/settings{,-security}.xml',
  '.{codex,composer}/auth.json',
  // Databases, servers and shells.
  '.{pgpass,my.cnf,htpasswd,s3cfg,boto}',
  '.*_history',
  // Files named for what they contain.
  '{credentials,*-credentials,secrets,secret,*-secrets,*-secret}.{json,json5,yml,yaml,toml,ini,xml,properties,csv,txt,cfg,conf,db}',
  '{credentials,secrets}.yml.enc',
  '*.{secret,secrets}',
];

/** Names of files that are also common names of source folders. */
export const secretNames: ReadonlySet<string> = new Set([
  'credentials',
  'secrets',
  'kubeconfig',
  'passwd',
  'shadow',
  'htpasswd',
]);
