/** What the session listens on, each a click away on an origin of its own. */
import { oneLine } from '@berth/shared/domain/text';
import type { SessionKey, SessionPage } from '../../protocol.ts';
import { useBerth } from '../model/hooks.ts';
import { Icon } from '../ui/icon.tsx';
import { Menu } from '../ui/menu.tsx';
import { openAside } from '../ui/open-aside.ts';

export function Ports({ sessionKey, ports }: { sessionKey: SessionKey; ports: SessionPage['ports'] }) {
  const berth = useBerth();
  const open = async (port: number) => {
    const answer = await berth.try('openPort', { session: sessionKey, port });
    if (answer) openAside(answer.url);
  };
  const [only] = ports;
  if (ports.length === 1 && only) {
    return (
      <button
        type="button"
        className="button small port"
        title={`Open port ${only.port} (${oneLine(only.program)})`}
        onClick={() => void open(only.port)}
      >
        <Icon name="link" />
        <span>{only.port}</span>
      </button>
    );
  }
  return (
    <Menu
      label="Open a port"
      icon="link"
      className="button small port"
      entries={ports.map(({ port, program, pid }) => ({
        label: String(port),
        note: `${oneLine(program)} ${pid || ''}`,
        icon: 'link',
        run: () => void open(port),
      }))}
    >
      <span>{ports.length} ports</span>
    </Menu>
  );
}
