/** The least that a session is to run, for tests of what happens to it. */
import { EMPTY_SOURCE } from '@berth/shared/domain/workspace-source';
import type { SessionSpec } from '../../packages/agent/src/domain/session.ts';

export const PLAIN_SPEC: SessionSpec = {
  ...{ prompt: '', preset: '', argv: ['x'], tags: {}, timeoutMs: null, columns: 80, rows: 24 },
  ...{ stopSignal: 'TERM', restart: 'never', headless: false, skipPermissions: false },
  ...{ source: EMPTY_SOURCE, envNames: [] },
};
