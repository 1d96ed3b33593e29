/** The drawer beside a session: facts, its output by words, what it hands over, what it changed. */
import { useState } from 'react';
import type { SessionKey, SessionPage, SessionRow } from '../../protocol.ts';
import type { Asked } from '../model/hooks.ts';
import { IconButton, Segmented } from '../ui/controls.tsx';
import { useFocusLeft } from '../ui/focus-left.ts';
import { Failure, Loading } from '../ui/states.tsx';
import { Artifacts } from './artifacts.tsx';
import { Changes } from './changes.tsx';
import { Facts } from './facts.tsx';
import { OutputSearch } from './output-search.tsx';

const PARTS = [
  { value: 'facts', label: 'About' },
  { value: 'changes', label: 'Changes' },
  { value: 'files', label: 'Files' },
  { value: 'search', label: 'Search' },
] as const;
type Part = (typeof PARTS)[number]['value'];

interface DetailsProps {
  readonly sessionKey: SessionKey;
  readonly row: SessionRow;
  readonly page: Asked<SessionPage>;
  readonly onClose: () => void;
}

export function Details({ sessionKey, row, page, onClose }: DetailsProps) {
  const [part, setPart] = useState<Part>('facts');
  const drawer = useFocusLeft<HTMLElement>();
  return (
    <aside className="details" aria-label="Details" ref={drawer}>
      <header className="details-head">
        <Segmented<Part> label="Details" choices={PARTS} value={part} onChoose={setPart} />
        <IconButton label="Close details" icon="close" onClick={onClose} />
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className="details-body" tabIndex={0} aria-label="Part of the details">
        {part === 'search' ? (
          <OutputSearch sessionKey={sessionKey} />
        ) : part === 'changes' ? (
          <Changes sessionKey={sessionKey} />
        ) : page.value ? (
          part === 'facts' ? (
            <Facts row={row} page={page.value} />
          ) : (
            <Artifacts sessionKey={sessionKey} artifacts={page.value.artifacts} />
          )
        ) : page.failure ? (
          <Failure failure={page.failure} onAgain={page.again} />
        ) : (
          <Loading lines={7} />
        )}
      </section>
    </aside>
  );
}
