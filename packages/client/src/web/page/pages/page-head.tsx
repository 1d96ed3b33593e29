import type { ReactNode } from 'react';

/** The head of a page that is no session. */
export function PageHead({ title, note, children }: { title: string; note?: string; children?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1>{title}</h1>
        {note && <p>{note}</p>}
      </div>
      {children && <div className="page-head-more">{children}</div>}
    </header>
  );
}
