/** `pack`: cheapest in all, fullest first. `spread`: emptiest first. */
export const POLICIES = ['pack', 'spread'] as const;
export type Policy = (typeof POLICIES)[number];
