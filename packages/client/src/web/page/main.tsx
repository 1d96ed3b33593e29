/** The page of `berth ui`: logs in, then shows what the client tells. */
import './styles.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { logIn } from './connection/login.ts';
import { Berth } from './model/berth.ts';
import { BerthContext } from './model/hooks.ts';
import { keepStillWhileTyping } from './ui/stillness.ts';

const root = document.getElementById('root');
if (root) {
  await logIn();
  const berth = new Berth();
  berth.begin();
  keepStillWhileTyping(document.documentElement);
  createRoot(root).render(
    <BerthContext value={berth}>
      <App />
    </BerthContext>,
  );
  if ('serviceWorker' in navigator) void navigator.serviceWorker.register('/sw.js').catch(() => null);
}
