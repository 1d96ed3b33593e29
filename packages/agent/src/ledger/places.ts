/** Where the users of a shared host and its ledger meet. */

/** In which only the ledger can make anything. */
export function ledgerSocket(user: string): string {
  return `/run/berth/ledger/${user}/ledger.sock`;
}

/** Of one user's agent: only that user can enter it. */
export function userRuntimeDirectory(user: string): string {
  return `/run/berth/users/${user}`;
}
