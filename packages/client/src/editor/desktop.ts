/** How the VS Code of this machine names a directory on a host. Pure. */
import { BerthError } from '@berth/shared/domain/berth-error';
import type { HostConfig } from '../config/remotes.ts';

export interface DesktopPlace {
  /** For `code --folder-uri`. */
  readonly folder: string;
  /** For whatever opens links. */
  readonly link: string;
}

/** `directory`: absolute, on the host. Throws EDITOR_UNSUPPORTED for this machine, and where there is none. */
export function desktopPlace(host: HostConfig, directory: string): DesktopPlace {
  if (host.kind === 'local') {
    throw new BerthError('EDITOR_UNSUPPORTED', 'the session is on this machine: no remote is needed for it', {
      hint: `open it directly: code ${directory}`,
    });
  }
  if (!directory.startsWith('/')) {
    throw new BerthError('EDITOR_UNSUPPORTED', 'where the session works is not known', {
      hint: 'open its directory in VS Code by hand',
    });
  }
  const user = host.user === undefined ? '' : `${host.user}@`;
  const port = host.port === undefined ? '' : `:${host.port}`;
  const remote = `ssh-remote+${user}${host.host ?? host.name}${port}`;
  // Of what links give a meaning, paths may hold these.
  const path = encodeURI(directory).replaceAll('?', '%3F').replaceAll('#', '%23');
  return {
    folder: `vscode-remote://${remote}${path}`,
    link: `vscode://vscode-remote/${remote}${path}?windowId=_blank`,
  };
}

/** What VS Code cannot know, since it reads the ssh configuration alone; null: nothing. */
export function unknownToDesktop({ key, jumpHost }: HostConfig): string | null {
  const missing = [
    ...(key === undefined ? [] : ['IdentityFile']),
    ...(jumpHost === undefined ? [] : ['ProxyJump']),
  ];
  return missing.length === 0 ? null : missing.join(' and ');
}
