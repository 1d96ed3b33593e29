/** A disk that is full, told as such. */
import { BerthError } from '../domain/berth-error.ts';

/** Any other error as it is. */
export function orDiskFull(error: unknown, where: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new BerthError('DISK_FULL', `cannot write to ${where}: the disk is full`, { cause: error });
}
