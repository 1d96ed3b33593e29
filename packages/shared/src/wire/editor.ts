/** EditorSnapshot, EditorProfile and EditorInstallation <-> berth.v1. */
import type { EditorInstallation, EditorProfile, EditorSnapshot, EditorState } from '../domain/editor.ts';
import {
  type GetInstallationResponse,
  type Editor as WireEditor,
  type EditorProfile as WireProfile,
  EditorState as WireState,
} from '../gen/berth/v1/editor.ts';
import { fromDate, toBytes, toDate, toDuration } from './scalar.ts';

const STATES: readonly (readonly [EditorState, WireState])[] = [
  ['stopped', WireState.STOPPED],
  ['starting', WireState.STARTING],
  ['ready', WireState.READY],
];

export function encodeEditor(editor: EditorSnapshot): WireEditor {
  const { state, startedAt, idleSince, memoryBytes, ...rest } = editor;
  return {
    ...rest,
    state: STATES.find(([name]) => name === state)?.[1] ?? WireState.UNSPECIFIED,
    startedAt: toDate(startedAt),
    idleSince: toDate(idleSince),
    memoryBytes: BigInt(memoryBytes),
  };
}

/** A state of a later version is taken for `stopped`: nothing can be done with it here. */
export function decodeEditor(wire: WireEditor): EditorSnapshot {
  const { state, startedAt, idleSince, memoryBytes, ...rest } = wire;
  return {
    ...rest,
    state: STATES.find(([, number]) => number === state)?.[0] ?? 'stopped',
    startedAt: fromDate(startedAt),
    idleSince: fromDate(idleSince),
    memoryBytes: toBytes(memoryBytes),
  };
}

export function encodeProfile({ extensions, idleMs, ...rest }: EditorProfile): WireProfile {
  return { ...rest, extensions: [...extensions], idleTimeout: toDuration(idleMs) };
}

export function encodeInstallation({ extensions, ...rest }: EditorInstallation): GetInstallationResponse {
  return { ...rest, extensions: [...extensions] };
}
