import { describe, expect, it } from 'vitest';
import type { HostRow } from '../../protocol.ts';
import { unheard } from './unheard.ts';

const host = (link: HostRow['link'], as_of: string | null = '2026-11-21T14:00:00Z') =>
  ({ link, as_of }) as HostRow;

describe('hosts that have not told of their sessions', () => {
  it.each([
    { hosts: [], is: 'none' },
    { hosts: [host('connected'), host('connected')], is: 'none' },
    { hosts: [host('connected'), host('connecting', null)], is: 'reaching' },
    { hosts: [host('connected'), host('unreachable')], is: 'some' },
    { hosts: [host('connecting'), host('unreachable', null)], is: 'all' },
  ])('are told apart: $is', ({ hosts, is }) => {
    expect(unheard(hosts)).toBe(is);
  });
});
