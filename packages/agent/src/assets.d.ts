// Files that the build puts into the bundle as text.
declare module '*.sh' {
  const text: string;
  export default text;
}
declare module '*.conf' {
  const text: string;
  export default text;
}
declare module '*.yaml' {
  const text: string;
  export default text;
}

declare module 'systemd-notify' {
  const notify: (options: { ready: true }) => Promise<unknown>;
  export default notify;
}
