/** What just happened, for a few seconds. */
import { useBerth, useModel } from '../model/hooks.ts';
import { IconButton } from '../ui/controls.tsx';
import { Icon } from '../ui/icon.tsx';

const ICONS = { good: 'check', bad: 'warning', ask: 'bell' } as const;

export function Toasts() {
  const berth = useBerth();
  const toasts = useModel((model) => model.toasts);
  return (
    <section className="toasts" aria-label="Messages" aria-live="polite">
      {toasts.map(({ id, tone, text, hint, session }) => (
        <div key={id} className={`toast ${tone}`}>
          <Icon name={ICONS[tone]} />
          <div className="toast-words">
            <p>{text}</p>
            {hint && <small>{hint}</small>}
          </div>
          {session !== null && (
            <button type="button" className="button small" onClick={() => berth.open(session)}>
              Open
            </button>
          )}
          <IconButton label="Dismiss" icon="close" onClick={() => berth.dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
