/** The scripts and the configuration that tmux runs with, put into the state directory at start. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { replaceFile } from '@berth/shared/files/replace-file';
import runnerText from './exec-run.sh';
import wrapperText from './session-run.sh';
import sinkText from './sink.sh';
import configText from './tmux.conf';

export interface TmuxAssets {
  readonly wrapper: string;
  readonly sink: string;
  readonly configFile: string;
  /** Runs commands beside sessions. */
  readonly runner: string;
}

/** Written anew at each start, whole: running sessions keep the file they opened. */
export function installTmuxAssets(stateDirectory: string): TmuxAssets {
  const directory = path.join(stateDirectory, 'lib');
  const install = (name: string, text: string) => {
    const file = path.join(directory, name);
    replaceFile(file, text);
    return file;
  };
  return {
    wrapper: install('session-run.sh', wrapperText),
    runner: install('exec-run.sh', runnerText),
    sink: install('sink.sh', sinkText),
    configFile: install('tmux.conf', `set -g default-terminal "${innerTerm()}"\n${configText}`),
  };
}

/** What programs in a session find in TERM: the best that this host has a description of. */
function innerTerm(): string {
  const places = ['/etc/terminfo', '/lib/terminfo', '/usr/share/terminfo', '/usr/lib/terminfo'];
  const known = places.some((place) => existsSync(path.join(place, 't', 'tmux-256color')));
  return known ? 'tmux-256color' : 'screen-256color';
}
