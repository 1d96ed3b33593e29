/** A question over the page, which waits for its answer. The browser keeps the focus inside. */
import { type FormEvent, type ReactNode, useLayoutEffect, useRef } from 'react';
import type { CallFailure } from '../connection/call.ts';
import { Button, IconButton } from './controls.tsx';
import { Failure } from './states.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Dialog({ title, onClose, children, className = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const shown = useRef(false);
  // Closed while it still stands in the page: only then the browser gives the focus back to what had it.
  useLayoutEffect(() => {
    const dialog = ref.current;
    shown.current = true;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('input, textarea')?.focus();
    return () => {
      shown.current = false;
      dialog?.close();
    };
  }, []);
  // The browser tells a little later that it closed: by then another may stand there.
  const closed = () => shown.current && onClose();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it, as Escape does
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-label={title}
      onClose={closed}
      onCancel={closed}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}

interface QuestionProps {
  readonly title: string;
  readonly text?: string;
  readonly answer: string;
  readonly danger?: boolean;
  readonly children?: ReactNode;
  /** Why the answer was not taken: said here, for what lies behind a dialog is dark and mute. */
  readonly failure?: CallFailure | null;
  readonly onAnswer: () => void;
  readonly onClose: () => void;
}

export function Question({ title, text, answer, danger, children, failure, ...on }: QuestionProps) {
  const { onAnswer, onClose } = on;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAnswer();
  };
  return (
    <Dialog title={title} onClose={onClose} className="question">
      <form onSubmit={submit}>
        <header className="dialog-head">
          <h2>{title}</h2>
          <IconButton label="Close" icon="close" onClick={onClose} />
        </header>
        {text && <p className="dialog-text">{text}</p>}
        {children}
        {failure && <Failure failure={failure} />}
        <footer className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button submit kind={danger ? 'danger' : 'primary'}>
            {answer}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
