/** What the start form holds before anybody has written into it. Pure. */
import type { StartOrder } from '../../protocol.ts';

export const PLAIN_ORDER: StartOrder = {
  prompt: '',
  preset: '',
  name: '',
  host: '',
  size: '',
  memory: '',
  repository: '',
  directory: '',
  queue: false,
  skip_permissions: false,
};
