/** The flags of `berth ui`: each with a browser that notes what it is told to open. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Sandbox } from '../../support/sandbox.ts';
import { createSandbox } from '../../support/sandbox.ts';
import { UiClient } from '../../support/ui-client.ts';
import { until } from '../../support/until.ts';

/** A program that writes down its arguments; its directory comes first on the path of what runs with `env`. */
function standInBrowser({ dir }: Sandbox, name: string) {
  const noted = join(dir, `${name}.noted`);
  writeFileSync(join(dir, name), `#!/bin/sh\necho "$@" >> ${noted}.new && mv ${noted}.new ${noted}\n`, {
    mode: 0o755,
  });
  return {
    env: { BROWSER: join(dir, name), PATH: `${dir}:${process.env.PATH ?? ''}` },
    opened: () => (existsSync(noted) ? readFileSync(noted, 'utf8').trim() : ''),
  };
}

export function uiFlags(of: () => Sandbox): Record<string, () => Promise<void>> {
  return {
    'ui --port': async () => {
      const taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      const { port } = taken.address() as { port: number };
      const refused = await of().berth(['ui', '--port', String(port)]);
      expect(refused).toMatchObject({
        code: 7,
        stderr: expect.stringContaining(`localhost:${port}: another program has it`),
      });
      taken.close();
      await using own = createSandbox();
      const ui = await UiClient.start(own, { args: ['--port', String(port), '--no-open'] });
      expect(ui.port).toBe(port);
      expect((await of().berth(['ui', '--port', '65536'])).code).toBe(2);
    },
    'ui --no-open': async () => {
      await using own = createSandbox();
      const { env, opened } = standInBrowser(own, 'browser');
      await UiClient.start(own, { args: ['--port', '0', '--no-open'], env });
      // A second one opens the first, with a link of its own.
      const second = await own.berth(['ui'], { env });
      expect(second).toMatchObject({ code: 0, stderr: expect.stringMatching(/runs already/) });
      await until(opened, { what: 'the browser is opened' });
      expect(opened()).toBe(second.stdout.trim());
    },
    'ui --app': async () => {
      await using own = createSandbox();
      const { env, opened } = standInBrowser(own, 'chromium');
      const ui = await UiClient.start(own, { args: ['--port', '0', '--app'], env });
      await until(opened, { what: 'the window is opened' });
      expect(opened()).toBe(`--app=${ui.origin}/#token=${ui.token}`);
      expect((await of().berth(['ui', '--app', '--no-open'])).code).toBe(2);
    },
  };
}
