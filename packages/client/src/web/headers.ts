/** The headers of all that the local server answers itself, in one table. Pure. */

/** What a page of the UI may do; nothing that a session printed can widen it. */
const UI_POLICY: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  'media-src': "'self' data: blob:",
  'manifest-src': "'self'",
  'worker-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

export type HeaderTable = Readonly<Record<string, string>>;

const COMMON: HeaderTable = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy':
    'camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), display-capture=()',
};

/** Of the page and its files, of answers to calls and of refusals. `host`: as the request names it. */
export function uiHeaders(port: number, host: string): HeaderTable {
  const policy = {
    ...UI_POLICY,
    // Safari does not take a socket for 'self'.
    'connect-src': `'self' ws://${host}`,
    'frame-src': `http://*.localhost:${port}`,
  };
  return {
    ...COMMON,
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': policyText(policy),
  };
}

/** Of an artifact on the UI's own origin: text or a picture to look at, or a file to keep. Nothing in it runs. */
export function artifactHeaders(): HeaderTable {
  return {
    ...COMMON,
    'x-frame-options': 'DENY',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': policyText({
      'default-src': "'none'",
      sandbox: '',
      'frame-ancestors': "'none'",
    }),
    'cache-control': 'no-store',
  };
}

/** Of an HTML artifact on an origin of its own: its scripts run, and reach neither that origin nor the network. */
export function pageHeaders(uiOrigins: readonly string[]): HeaderTable {
  return {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'content-security-policy': policyText({
      'default-src': "'none'",
      'script-src': "'unsafe-inline'",
      'style-src': "'unsafe-inline'",
      'img-src': 'data: blob:',
      'font-src': 'data:',
      'media-src': 'data: blob:',
      'form-action': "'none'",
      'base-uri': "'none'",
      sandbox: 'allow-scripts',
      'frame-ancestors': uiOrigins.join(' '),
    }),
    'cache-control': 'no-store',
  };
}

function policyText(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map(([name, value]) => (value === '' ? name : `${name} ${value}`))
    .join('; ');
}
