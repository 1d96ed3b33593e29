/** What stands where there is nothing, nothing yet, or something went wrong. */
import type { ReactNode } from 'react';
import type { CallFailure } from '../connection/call.ts';
import { Button } from './controls.tsx';
import { Icon, type IconName } from './icon.tsx';

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly children?: ReactNode;
}

export function Empty({ icon, title, text, children }: EmptyProps) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} />
      </span>
      <p className="empty-title">{title}</p>
      {text && <p className="empty-text">{text}</p>}
      {children && <div className="empty-more">{children}</div>}
    </div>
  );
}

/** Holds the place of lines that come. */
export function Loading({ lines = 4, label = 'Loading' }: { lines?: number; label?: string }) {
  const widths = Array.from({ length: lines }, (_, index) => `w${(index % 4) + 1}`);
  return (
    <div className="loading" role="status" aria-label={label}>
      {widths.map((width, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars that are all alike
        <span key={index} className={`bone ${width}`} />
      ))}
    </div>
  );
}

interface FailureProps {
  readonly failure: Pick<CallFailure, 'message' | 'hint'>;
  readonly onAgain?: () => void;
}

export function Failure({ failure, onAgain }: FailureProps) {
  return (
    <div className="failure" role="alert">
      <Icon name="warning" />
      <div>
        <p>{failure.message}</p>
        {failure.hint && <small>{failure.hint}</small>}
      </div>
      {onAgain && (
        <Button small onClick={onAgain}>
          Try again
        </Button>
      )}
    </div>
  );
}
