/**
 * Docker's socket as a URL, for Docker Desktop without a TCP port: `http://docker-socket.localhost/…` is sent to the
 * socket and never to the network. https://docs.docker.com/ai/model-runner/api-reference/
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const host = 'docker-socket.localhost';

/** Docker Desktop forwards requests below this path to its Model Runner. */
export const dockerSocketAddress = `http://${host}/exp/vDD4.40`;

/** The socket file of a URL. `undefined`: the URL is on the network. */
export const dockerSocketPath = ({ hostname }: URL): string | undefined => {
  if (hostname !== host) return;
  const files = socketFiles();
  return files.find((file) => existsSync(file)) ?? files[0];
};

/** Whether there is a Docker socket on this machine. */
export const hasDockerSocket = (): boolean => socketFiles().some((file) => existsSync(file));

const socketFiles = (): [string, string] => [
  '/var/run/docker.sock',
  join(homedir(), '.docker/run/docker.sock'),
];
