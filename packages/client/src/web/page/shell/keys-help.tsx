import { useBerth } from '../model/hooks.ts';
import { IconButton } from '../ui/controls.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { LOCAL_KEYS, SHORTCUTS } from './shortcuts.ts';

export function KeysHelp() {
  const berth = useBerth();
  const close = () => berth.overlay('none');
  return (
    <Dialog title="Keys" onClose={close} className="keys">
      <header className="dialog-head">
        <h2>Keys</h2>
        <IconButton label="Close" icon="close" onClick={close} />
      </header>
      <div className="keys-columns">
        <KeyList label="Everywhere" entries={SHORTCUTS} />
        <KeyList label="Here and there" entries={LOCAL_KEYS} />
      </div>
    </Dialog>
  );
}

function KeyList({ label, entries }: { label: string; entries: readonly { keys: string; does: string }[] }) {
  return (
    <section>
      <h3>{label}</h3>
      <dl>
        {entries.map(({ keys, does }) => (
          <div key={does}>
            <dt>
              {keys.split(' ').map((key, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the same keys in the same order
                <kbd key={index}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
