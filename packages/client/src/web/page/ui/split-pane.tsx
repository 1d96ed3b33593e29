/** Two panes and the divider between them, moved by pointer or arrows. */
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react';
import { clampRatio } from '../state/layout.ts';

interface SplitPaneProps {
  readonly first: ReactNode;
  readonly second: ReactNode;
  /** Null: that pane alone. */
  readonly show: 'both' | 'first' | 'second';
  readonly ratio: number;
  readonly onRatio: (ratio: number) => void;
}

const STEP = 0.02;

/** A pane that is not shown stays as it is. */
export function SplitPane({ first, second, show, ratio, onRatio }: SplitPaneProps) {
  const root = useRef<HTMLDivElement>(null);
  const percent = Math.round(ratio * 1000) / 10;

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = root.current?.getBoundingClientRect();
    if (!box) return;
    const stacked = getComputedStyle(root.current as Element).flexDirection === 'column';
    const part = stacked ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    onRatio(clampRatio(part));
  };
  const onKey = (event: KeyboardEvent) => {
    const back = event.key === 'ArrowLeft' || event.key === 'ArrowUp';
    const on = event.key === 'ArrowRight' || event.key === 'ArrowDown';
    if (event.key === 'Home' || event.key === 'End') onRatio(clampRatio(event.key === 'Home' ? 0 : 1));
    else if (back || on) onRatio(clampRatio(ratio + (on ? STEP : -STEP)));
    else return;
    event.preventDefault();
  };

  return (
    <div className={`split show-${show}`} ref={root}>
      <div
        className="split-pane"
        hidden={show === 'second'}
        style={show === 'both' ? { flexBasis: `${percent}%` } : {}}
      >
        {first}
      </div>
      {show === 'both' && (
        // biome-ignore lint/a11y/useSemanticElements: a divider that is moved is no line between paragraphs
        <div
          className="divider"
          role="separator"
          tabIndex={0}
          aria-label="Divide terminal and editor"
          aria-valuemin={15}
          aria-valuemax={85}
          aria-valuenow={Math.round(percent)}
          onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
          onPointerMove={drag}
          onDoubleClick={() => onRatio(0.5)}
          onKeyDown={onKey}
        />
      )}
      <div
        className="split-pane"
        hidden={show === 'first'}
        style={show === 'both' ? { flexBasis: `${100 - percent}%` } : {}}
      >
        {second}
      </div>
    </div>
  );
}
