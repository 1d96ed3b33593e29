/** Amounts of memory: what people type and what they read. Bytes are safe integers. */

export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

const UNITS: Readonly<Record<string, number>> = { k: KIB, m: MIB, g: GIB, t: 1024 * GIB };
const FORM = /^(\d+(?:\.\d+)?)\s*([kmgt])?(?:i?b)?$/i;

/**
 * Reads `32G`, `32GB`, `32GiB`, `512M`, `1.5T` (all binary units) or a plain number of bytes.
 * Returns null for anything else, also for zero, negative and unsafe amounts.
 */
export function parseMemory(text: string): number | null {
  const match = FORM.exec(text.trim());
  if (!match) return null;
  const bytes = Math.round(Number(match[1]) * (UNITS[match[2]?.toLowerCase() ?? ''] ?? 1));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}

/** `32 GiB`, `1.5 GiB`, `512 MiB`, `0 B`: at most one decimal, binary units. */
export function formatMemory(bytes: number): string {
  const steps: [number, string][] = [
    [1024 * GIB, 'TiB'],
    [GIB, 'GiB'],
    [MIB, 'MiB'],
    [KIB, 'KiB'],
  ];
  for (const [size, unit] of steps) {
    if (Math.abs(bytes) >= size) return `${Number((bytes / size).toFixed(1))} ${unit}`;
  }
  return `${bytes} B`;
}
