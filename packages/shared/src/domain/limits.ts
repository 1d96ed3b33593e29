import { GIB, KIB, MIB } from './memory.ts';

/** Longest prompt, in bytes of UTF-8. Linux takes at most 128 KiB in one argument (MAX_ARG_STRLEN). */
export const MAX_PROMPT_BYTES = 120 * KIB;
/** Most turns that a session can be limited to. */
export const MAX_TURNS = 1000;
/** Longest argv in bytes, all arguments together. */
export const MAX_ARGV_BYTES = 1 * MIB;
/** Smallest and largest slot that can be asked for, in bytes. */
export const MIN_SLOT_BYTES = 16 * MIB;
export const MAX_SLOT_BYTES = 64 * 1024 * GIB;
/** Most bytes that SendInput types in one call. */
export const MAX_INPUT_BYTES = 1 * MIB;
/** Longest path of a Unix socket that works on Linux (107) and macOS (103), in bytes. */
export const MAX_SOCKET_PATH_BYTES = 103;
