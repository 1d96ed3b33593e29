/** A button that opens a short list of things to do. Arrows walk it, Escape closes it. */
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { Icon, type IconName } from './icon.tsx';

export interface MenuEntry {
  /** Where others may have the same label. */
  readonly id?: string;
  readonly label: string;
  readonly icon?: IconName;
  readonly note?: string;
  readonly danger?: boolean;
  readonly current?: boolean;
  readonly run: () => void;
}

interface MenuProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly children?: ReactNode;
  readonly className?: string;
  readonly entries: readonly MenuEntry[];
}

/** What stays free beside it, in px. */
const EDGE_PX = 4;

export function Menu({ label, icon, children, className = 'icon-button', entries }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (!open) return;
    list.current?.querySelector<HTMLElement>('button')?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    // A click into a frame tells this page nothing but that.
    const away = () => setOpen(false);
    window.addEventListener('blur', away);
    return () => {
      window.removeEventListener('blur', away);
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  // It hangs from the right end of its button, which may stand at the left.
  useLayoutEffect(() => {
    const box = open ? list.current?.getBoundingClientRect() : undefined;
    if (list.current && box && box.left < EDGE_PX) list.current.style.translate = `${EDGE_PX - box.left}px`;
  }, [open]);

  const close = () => {
    setOpen(false);
    root.current?.querySelector('button')?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      return;
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const items = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])];
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[(at + step + items.length) % items.length]?.focus();
  };

  return (
    <div className="menu" ref={root}>
      <button
        type="button"
        className={className}
        aria-label={children ? undefined : label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {icon && <Icon name={icon} />}
        {children}
      </button>
      {open && (
        <div className="menu-list" role="menu" tabIndex={-1} aria-label={label} ref={list} onKeyDown={onKey}>
          {entries.map((entry) => (
            <button
              key={entry.id ?? entry.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={entry.danger ? 'danger' : ''}
              aria-current={entry.current || undefined}
              onClick={() => {
                close();
                entry.run();
              }}
            >
              {entry.icon ? <Icon name={entry.icon} /> : <span className="icon" />}
              <span className="menu-label">{entry.label}</span>
              {entry.note && <small>{entry.note}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
