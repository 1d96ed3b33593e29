/** What an agent knows of coding agents, put together: presets, their hooks, and how sessions are run under them. */
import path from 'node:path';
import type { Config } from './config.ts';
import type { LoginEnvironment } from './environment/login-environment.ts';
import { createPresetCatalog } from './presets/catalog.ts';
import { createHookInstaller } from './presets/hook-installer.ts';
import { installHookScript } from './presets/hook-script.ts';
import { SHIPPED } from './presets/shipped.ts';
import { PresetRunner } from './sessions/preset-runner.ts';

export async function prepareToolSupport(options: {
  config: Pick<Config, 'home'>;
  env: NodeJS.ProcessEnv;
  /** The agent's state directory. */
  state: string;
  hostname: string;
  environment: LoginEnvironment;
}) {
  const { config, env, state, hostname, environment } = options;
  const userConfig = env.XDG_CONFIG_HOME || path.join(config.home, '.config');
  const catalog = createPresetCatalog({
    shipped: SHIPPED,
    directory: path.join(userConfig, 'berth', 'presets'),
  });
  const hookScript = installHookScript(state);
  const hooks = createHookInstaller({
    catalog,
    hookScript,
    home: config.home,
    environment: () => environment.variables(),
    directory: path.join(state, 'hooks'),
  });
  return {
    catalog,
    hooks,
    presets: new PresetRunner({ programs: environment, hostname, catalog, hookScript }),
  };
}
