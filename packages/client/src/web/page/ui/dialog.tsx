/** A question over the page, which waits for its answer. The browser keeps the focus inside. */
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button, IconButton } from './controls.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

export function Dialog({ title, onClose, children, className = '' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click beside it closes it, as Escape does
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      aria-label={title}
      onClose={onClose}
      onCancel={onClose}
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
  readonly onAnswer: () => void;
  readonly onClose: () => void;
}

export function Question({ title, text, answer, danger, children, onAnswer, onClose }: QuestionProps) {
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
