/** A file of its own that is nothing but the plugin. */
import { SettingsFault, type SettingsFormat } from './settings-format.ts';

const MARK = 'Written by Berth';

export const settingsPlugin: SettingsFormat = {
  wired: (text, { events, plugin }) => (text === plugin ? [...events] : []),
  add(text, { plugin }) {
    if (text !== '' && !text.includes(MARK))
      throw new SettingsFault(1, 'there is a file of this name that is not Berth’s');
    return plugin;
  },
  remove: (text) => (text.includes(MARK) ? '' : text),
};
