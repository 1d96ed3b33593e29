/** `berth top`, given a terminal: the hosts, asked again and again until the person leaves. */
import { Box, useApp, useInput, useWindowSize } from 'ink';
import { useEffect, useState } from 'react';
import type { Answer } from '../fleet/fan-out.ts';
import type { Holding } from '../fleet/inventory.ts';
import { type TopLine, topLines } from '../fleet/top-view.ts';
import type { Console } from '../render/console.ts';
import { fitText } from '../render/width.ts';
import { Line } from './line.tsx';
import { onScreen } from './open.tsx';

export interface TopOptions {
  readonly ask: (signal: AbortSignal) => Promise<readonly Answer<Holding>[]>;
  /** Ms between an answer and the next question. */
  readonly everyMs: number;
  readonly now: () => number;
}

export async function runTop(console: Console, options: TopOptions): Promise<void> {
  await onScreen(console, () => <Top {...options} />);
}

const STYLES = {
  head: { bold: true },
  plain: {},
  full: { color: 'yellow' },
  dim: { dimColor: true },
} as const satisfies Record<TopLine['tone'], object>;

function Top({ ask, everyMs, now }: TopOptions) {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const answers = useAnswers(ask, everyMs);
  const [first, setFirst] = useState(0);
  const [head, ...lines] = topLines(answers ?? [], now(), columns);
  const height = Math.max(1, rows - 2);
  const most = Math.max(0, lines.length - height);
  useInput((input, key) => {
    if (input === 'q' || key.escape || (key.ctrl && input === 'c')) exit();
    else if (key.downArrow || input === 'j') setFirst(Math.min(most, first + 1));
    else if (key.upArrow || input === 'k') setFirst(Math.max(0, first - 1));
  });
  const shown = lines.slice(Math.min(first, most), Math.min(first, most) + height);
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <Line bold>{fitText(head?.text ?? '', columns)}</Line>
      <Box flexDirection="column" height={height} overflow="hidden">
        {shown.map(({ text, tone }) => (
          <Line key={text.slice(0, text.indexOf(' '))} {...STYLES[tone]}>
            {fitText(text, columns)}
          </Line>
        ))}
      </Box>
      <Line dimColor>{fitText(answers ? 'q quit  ↑↓ scroll' : 'q quit  asking …', columns)}</Line>
    </Box>
  );
}

/** Null before the first. */
function useAnswers(ask: TopOptions['ask'], everyMs: number): readonly Answer<Holding>[] | null {
  const [answers, setAnswers] = useState<readonly Answer<Holding>[] | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    let timer: NodeJS.Timeout;
    const turn = async () => {
      const told = await ask(stop.signal).catch(() => null);
      if (stop.signal.aborted) return;
      if (told) setAnswers(told);
      timer = setTimeout(turn, everyMs);
    };
    void turn();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [ask, everyMs]);
  return answers;
}
