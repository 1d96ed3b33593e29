/** Exit codes of `berth` and `berthd`: see docs/cli.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  noCapacity: 5,
  refused: 6,
  conflict: 7,
  timeout: 124,
  interrupted: 130,
} as const;
