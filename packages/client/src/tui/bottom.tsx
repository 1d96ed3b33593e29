/** The last line: what is asked, what has just happened, or which keys there are. */
import { Text } from 'ink';
import { fitText, textWidth } from '../render/width.ts';
import { helpLine } from './help.tsx';
import { Line, Paint } from './line.tsx';
import type { DashState, Question } from './state.ts';

const QUESTIONS: Readonly<Record<Question, (label: string) => string>> = {
  rename: (label) => `new name for ${label}`,
  tag: (label) => `tags (KEY=VALUE, -KEY) for ${label}`,
  snooze: (label) => `quiet ${label} for`,
};

/** `label`: of the sessions that the question is about. */
export function Bottom({ state, label, columns }: { state: DashState; label: string; columns: number }) {
  const { mode, notice } = state;
  switch (mode.kind) {
    case 'search':
      return <Typed label="search" text={state.look.search} columns={columns} />;
    case 'kill':
      return (
        <Line bold color="red">
          {fitText(`end ${label}? y ends, any other key does not`, columns)}
        </Line>
      );
    case 'input': {
      return (
        <Typed
          label={QUESTIONS[mode.question](label)}
          text={mode.text}
          columns={columns}
          problem={notice?.text ?? ''}
        />
      );
    }
    default:
      if (!notice) return <Line dimColor>{helpLine(columns)}</Line>;
      return (
        <Line bold={notice.bad} color={notice.bad ? 'red' : undefined}>
          {fitText(notice.text, columns)}
        </Line>
      );
  }
}

interface TypedProps {
  readonly label: string;
  readonly text: string;
  readonly columns: number;
  readonly problem?: string;
}

/** What is being typed, its end in sight, with the place where the next character comes. */
export function Typed({ label, text, columns, problem = '' }: TypedProps) {
  const head = `${fitText(label, Math.max(8, Math.floor(columns / 2)))}: `;
  const room = Math.max(4, columns - textWidth(head) - 1);
  return (
    <Line>
      <Text bold>{head}</Text>
      {endOf(text, room)}
      <Text inverse> </Text>
      {problem ? <Paint color="red">{`  ${problem}`}</Paint> : null}
    </Line>
  );
}

function endOf(text: string, columns: number): string {
  let shown = text;
  while (textWidth(shown) > columns) shown = [...shown].slice(1).join('');
  return shown;
}
