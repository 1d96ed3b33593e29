/** The schema of config.yaml. Loaded only where the file is there. */
import { z } from 'zod';
import { SETTINGS, type SettingName } from './settings.ts';
import { invalid, readYaml } from './yaml-file.ts';

/** Texts by key; throws CONFIG_INVALID with file, line and key. */
export function parseSettings(file: string): Partial<Record<SettingName, string>> {
  const scalar = z.union([z.string(), z.number()], { error: 'must be text' }).optional();
  const toggle = z.union([z.string(), z.boolean()], { error: 'must be on or off' }).optional();
  const keys = Object.keys(SETTINGS) as SettingName[];
  const schema = z.strictObject(
    Object.fromEntries(keys.map((key) => [key, 'toggle' in SETTINGS[key] ? toggle : scalar])),
  );
  const read = readYaml(file, schema);
  const found: Partial<Record<SettingName, string>> = {};
  for (const key of keys) {
    const value = read?.value[key];
    if (read === null || value === undefined) continue;
    const text = String(value);
    if (SETTINGS[key].read(text) === null)
      throw invalid(file, read.lineOf([key]), `${key}: ${SETTINGS[key].form}`);
    found[key] = text;
  }
  return found;
}
