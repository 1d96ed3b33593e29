import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fragmentOf, type Route, readRoute } from './route.ts';

it('reads what it wrote', () => {
  const routes: Route[] = [{ page: 'home' }, { page: 'pool' }, { page: 'session', key: 'dev:fix/ä %25' }];
  for (const route of routes) expect(readRoute(fragmentOf(route))).toEqual(route);
});

it('takes any fragment', () => {
  fc.assert(fc.property(fc.string(), (text) => void readRoute(`#/${text}`)));
  expect(readRoute('#/session/%E0%A4%A')).toEqual({ page: 'home' });
  expect(readRoute('#token=abc')).toEqual({ page: 'home' });
});
