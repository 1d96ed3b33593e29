/** ToolHooks <-> berth.v1.ToolHooks. */
import type { ToolHooks } from '../domain/tool-hooks.ts';
import { ToolHooks as Wire } from '../gen/berth/v1/hooks.ts';

export function encodeToolHooks(hooks: ToolHooks): Wire {
  return Wire.fromPartial({ ...hooks, events: [...hooks.events] });
}

export function decodeToolHooks(hooks: Wire): ToolHooks {
  return hooks;
}
