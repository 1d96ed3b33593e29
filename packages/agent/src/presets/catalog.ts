/** All presets of a host: the shipped ones, and its user's own over them, read again when their files change. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { messageOf } from '@berth/shared/domain/berth-error';
import { oneLine } from '@berth/shared/domain/text';
import type { Preset } from '../domain/presets.ts';
import type { PresetCatalog } from '../sessions/preset-port.ts';
import { PresetFault, parsePreset } from './preset-file.ts';
import { toPreset } from './preset-of.ts';
import type { PresetFile } from './schema.ts';

/** A preset is some lines; what is larger is something else. */
const MOST_BYTES = 256 * 1024;

interface Known {
  readonly stamp: string;
  readonly presets: ReadonlyMap<string, Preset>;
  readonly warnings: readonly string[];
}

/** `directory` holds the user's own presets, NAME.yaml; it need not be there. */
export function createPresetCatalog(options: {
  shipped: Readonly<Record<string, PresetFile>>;
  directory: string;
}): PresetCatalog {
  const shipped = new Map(Object.entries(options.shipped));
  let known: Known | null = null;

  function read(): Known {
    const { files, problem } = presetFiles(options.directory);
    const stamp = `${problem}\n${files.map(({ file, version }) => `${file} ${version}`).join('\n')}`;
    if (known?.stamp === stamp) return known;
    const presets = new Map([...shipped].map(([name, file]) => [name, toPreset(name, file)]));
    const warnings = problem ? [problem] : [];
    for (const { file } of files) {
      try {
        const name = path.parse(file).name;
        presets.set(name, toPreset(name, parsePreset(name, textOf(file), shipped)));
      } catch (error) {
        const where = error instanceof PresetFault ? `${file}:${error.line}` : file;
        warnings.push(oneLine(`preset not taken: ${where}: ${messageOf(error)}`));
      }
    }
    known = { stamp, presets, warnings };
    return known;
  }

  return {
    all: () => [...read().presets.values()],
    find: (name) => read().presets.get(name),
    prompts: (name) => read().presets.get(name)?.prompts ?? [],
    warnings: () => read().warnings,
  };
}

function presetFiles(directory: string) {
  let names: string[] = [];
  let problem = '';
  try {
    names = readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      problem = oneLine(`presets not read: ${messageOf(error)}`);
  }
  const files = names
    .filter((name) => /^[^.].*\.ya?ml$/.test(name))
    .sort()
    .map((name) => path.join(directory, name))
    .map((file) => ({ file, version: versionOf(file) }));
  return { files, problem };
}

function versionOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs}:${found.size}:${found.ino}` : 'gone';
}

function textOf(file: string): string {
  const found = statSync(file);
  // A pipe would be waited for.
  if (!found.isFile()) throw new PresetFault(1, 'is no file');
  if (found.size > MOST_BYTES) throw new PresetFault(1, 'is larger than 256 KiB');
  return readFileSync(file, 'utf8');
}
