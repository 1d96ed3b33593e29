/** berth.v1.HooksService. */
import type { HooksServiceServer } from '@berth/shared/gen/berth/v1/hooks';
import { encodeToolHooks } from '@berth/shared/wire/hooks';
import type { HookInstaller } from '../sessions/hooks-port.ts';
import type { Wrapper } from './handler.ts';
import { requestKey } from './orders.ts';

export function hooksService(options: { wrap: Wrapper; hooks: HookInstaller }): HooksServiceServer {
  const { wrap, hooks: installer } = options;
  return {
    show: wrap.unary('Hooks.Show', async ({ tool }) => ({
      tools: (await installer.show(tool)).map(encodeToolHooks),
    })),
    // Doing it again does no harm, so that a request id needs no memory.
    install: wrap.unary('Hooks.Install', async ({ requestId, tool }, { log }) => {
      requestKey(requestId, { tool });
      const { hooks, changed } = await installer.install(tool);
      log.info({ request: requestId, tool, file: hooks.file, changed }, 'hooks installed');
      return { hooks: encodeToolHooks(hooks), changed };
    }),
    remove: wrap.unary('Hooks.Remove', async ({ requestId, tool }, { log }) => {
      requestKey(requestId, { tool });
      const { hooks, changed } = await installer.remove(tool);
      log.info({ request: requestId, tool, file: hooks.file, changed }, 'hooks removed');
      return { hooks: encodeToolHooks(hooks), changed };
    }),
  };
}
