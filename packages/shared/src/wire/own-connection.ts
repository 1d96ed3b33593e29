/** The first line of a connection that carries the bytes of one call (see PushResponse in workspace.proto). */

export const CONNECTION_PREFIX = 'berth-bytes ';

export function connectionLine(name: string): string {
  return `${CONNECTION_PREFIX}${name}\n`;
}
