import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beside, closed, groupedByHost, movedBy, movedTo, opened, type Tabs } from './tabs.ts';

const TABS: Tabs = { open: ['a', 'b', 'c'], active: 'b' };

describe('tabs', () => {
  it('open once, and are shown', () => {
    expect(opened(TABS, 'c')).toEqual({ open: ['a', 'b', 'c'], active: 'c' });
    expect(opened(TABS, 'd')).toEqual({ open: ['a', 'b', 'c', 'd'], active: 'd' });
  });
  it('leave what was beside them', () => {
    expect(closed(TABS, 'b')).toEqual({ open: ['a', 'c'], active: 'c' });
    expect(closed({ open: ['a', 'b'], active: 'b' }, 'b')).toEqual({ open: ['a'], active: 'a' });
    expect(closed({ open: ['a'], active: 'a' }, 'a')).toEqual({ open: [], active: null });
    expect(closed(TABS, 'a').active).toBe('b');
  });
  it('move to where another stands', () => {
    expect(movedTo(TABS, 'a', 'c').open).toEqual(['b', 'c', 'a']);
    expect(movedTo(TABS, 'c', 'a').open).toEqual(['c', 'a', 'b']);
    expect(movedBy(TABS, 'a', -1)).toBe(TABS);
    expect(movedBy(TABS, 'a', 1, ['a', 'c']).open).toEqual(['b', 'c', 'a']);
  });
  it('never lose or double one', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const step = fc.record({ what: fc.constantFrom('open', 'move', 'left', 'right'), key, target: key });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let tabs: Tabs = { open: [], active: null };
        const known = new Set<string>();
        for (const { what, key, target } of steps) {
          if (what === 'open') {
            known.add(key);
            tabs = opened(tabs, key);
          } else if (what === 'move') tabs = movedTo(tabs, key, target);
          else tabs = movedBy(tabs, key, what === 'left' ? -1 : 1);
          expect([...tabs.open].sort()).toEqual([...known].sort());
        }
      }),
    );
  });
  it('are walked around the ends', () => {
    expect(beside(TABS.open, 'c', 1)).toBe('a');
    expect(beside(TABS.open, 'a', -1)).toBe('c');
    expect(beside(TABS.open, null, -1)).toBe('c');
    expect(beside([], 'a', 1)).toBeNull();
  });
  it('stand together by host', () => {
    const hostOf = (key: string) => key.split(':')[0] ?? '';
    expect(groupedByHost(['x:1', 'y:1', 'x:2'], hostOf)).toEqual([
      { host: 'x', keys: ['x:1', 'x:2'] },
      { host: 'y', keys: ['y:1'] },
    ]);
  });
});
