/** Programs that serve VS Code, each with its own words for the same: the only module that spells their arguments. */
import { EDITOR_GRACE_MS } from '../domain/editor.ts';
import type { EditorPlace, InstalledEditor } from '../sessions/editor-port.ts';

/** For their own care of terminals, in seconds. */
const GRACE_SECONDS = String(EDITOR_GRACE_MS / 1000);

export interface EditorProgram extends Pick<InstalledEditor, 'program' | 'healthPath'> {
  /** Behind the program's path. */
  serve(place: EditorPlace, directory: string): readonly string[];
  /** Behind the program's path: brings an extension (an id, or a .vsix file) into a directory. */
  install(
    into: { readonly extensions: string; readonly userData: string },
    extension: string,
  ): readonly string[];
  /** Of what `--version` prints. */
  version(printed: string): string;
}

/** Who may connect is decided by the socket, which its user alone can open. */
export const PROGRAMS: readonly EditorProgram[] = [
  {
    program: 'code-server',
    healthPath: '/healthz',
    serve: (place, directory) => [
      ...['--config', place.configFile, '--auth', 'none'],
      ...['--socket', place.socket, '--socket-mode', '600', '--session-socket', place.ownSocket],
      ...['--user-data-dir', place.userData, '--extensions-dir', place.extensions],
      ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
      ...['--disable-getting-started-override', '--disable-proxy', '--ignore-last-opened'],
      ...['--reconnection-grace-time', GRACE_SECONDS, directory],
    ],
    install: ({ extensions, userData }, extension) => [
      ...['--extensions-dir', extensions, '--user-data-dir', userData, '--install-extension', extension],
    ],
    // "4.139.1 53c2f32… with Code 1.139.1"
    version: (printed) => /^(\d+\.\d+\.\d+\S*) /m.exec(printed)?.[1] ?? '',
  },
  {
    program: 'openvscode-server',
    healthPath: '/version',
    serve: (place, directory) => [
      ...['--socket-path', place.socket, '--without-connection-token', '--accept-server-license-terms'],
      ...['--user-data-dir', place.userData, '--server-data-dir', place.userData],
      ...['--extensions-dir', place.extensions, '--telemetry-level', 'off', '--disable-workspace-trust'],
      ...['--reconnection-grace-time', GRACE_SECONDS, '--default-folder', directory],
    ],
    install: ({ extensions, userData }, extension) => [
      ...['--extensions-dir', extensions, '--server-data-dir', userData, '--install-extension', extension],
    ],
    // The version, then a commit, then the architecture: a line each.
    version: (printed) => /^(\d+\.\d+\.\d+\S*)$/m.exec(printed)?.[1] ?? '',
  },
];
