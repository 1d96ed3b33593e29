// Files that the build puts into the bundle as text.
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.conf' {
  const text: string;
  export default text;
}
// Presets, which it reads and checks.
declare module '*.yaml' {
  const preset: import('./presets/schema.ts').PresetFile;
  export default preset;
}

declare module 'systemd-notify' {
  const notify: (options: { ready: true }) => Promise<unknown>;
  export default notify;
}
