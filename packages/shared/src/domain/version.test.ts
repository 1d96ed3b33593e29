import { expect, it } from 'vitest';
import { compatibility } from './version.ts';

it.each([
  ['1.4.0', '1.4.9', 'ok'],
  ['1.4.0', '1.3.0', 'ok'],
  ['1.4.0', '1.5.0', 'ok'],
  ['1.4.0', '1.2.9', 'agent-too-old'],
  ['1.4.0', '1.6.0', 'agent-too-new'],
  ['2.0.0', '1.9.0', 'agent-too-old'],
  ['1.9.0', '2.0.0', 'agent-too-new'],
  ['1.4.0', '', 'agent-too-old'],
])('client %s with agent %s', (client, agent, answer) => {
  expect(compatibility(client, agent)).toBe(answer);
});
