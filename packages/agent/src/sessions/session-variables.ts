import type { SessionPaths } from './ports.ts';

/** The BERTH_* variables that a session finds in its environment; they are part of the contract. */
export function sessionVariables(
  session: { readonly id: string; readonly name: string },
  where: { readonly paths: SessionPaths; readonly hostname: string },
): Record<string, string> {
  return {
    BERTH_SESSION_ID: session.id,
    BERTH_SESSION_NAME: session.name,
    BERTH_HOST: where.hostname,
    BERTH_WORKSPACE: where.paths.workspace,
    BERTH_STATUS_DIR: where.paths.statusDir,
    BERTH_OUTPUT_DIR: where.paths.outputDir,
  };
}
