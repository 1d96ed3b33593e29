/** Line drawings, 16 by 16, in the colour of the text. Decoration alone: words stand beside or in a label. */

const PATHS = {
  plus: 'M8 3v10M3 8h10',
  close: 'M4 4l8 8M12 4l-8 8',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3L14 14',
  home: 'M2.5 7.5L8 3l5.5 4.5M4 6.5V13h8V6.5',
  pool: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  events: 'M2.5 4h2M2.5 8h2M2.5 12h2M7 4h6.5M7 8h6.5M7 12h6.5',
  settings: 'M3 5h6M12 5h1M3 11h1M7 11h6M10.5 3.5v3M5.5 9.5v3',
  terminal: 'M2 3h12v10H2zM4.5 6l2 2-2 2M8 10h3',
  split: 'M2 3h12v10H2zM8 3v10',
  code: 'M5.5 5L2.5 8l3 3M10.5 5l3 3-3 3',
  details: 'M2 3h12v10H2zM10 3v10',
  bell: 'M8 2.5a3.5 3.5 0 0 1 3.5 3.5v3l1 2h-9l1-2V6A3.5 3.5 0 0 1 8 2.5zM6.8 13.2h2.4',
  check: 'M3 8.5l3.2 3L13 4.5',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.3l2 1.4',
  chevron: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  link: 'M6.5 9.5l3-3M7 4.5l1.2-1.2a3 3 0 0 1 4.5 4.4L11.5 9M9 11.5l-1.2 1.2a3 3 0 0 1-4.5-4.4L4.5 7',
  copy: 'M5.5 5.5h7.5v7.5H5.5zM3 10.5V3h7.5',
  stop: 'M4 4h8v8H4z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M5 3.5l7 4.5-7 4.5z',
  pencil: 'M3 13l.7-2.8L11 3l2 2-7.2 7.3zM9.5 4.5l2 2',
  tag: 'M2.5 2.5h5l6 6-5 5-6-6zM5 5h.01',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  image: 'M2 3h12v10H2zM2 11l3.5-3.5L9 11l2-2 3 3M10.5 6h.01',
  download: 'M8 2.5v7M5 7l3 3 3-3M3 13h10',
  refresh: 'M13 8a5 5 0 1 1-1.5-3.5M13 2.5v3h-3',
  warning: 'M8 2.5L14 13H2zM8 6.5v3M8 11.3h.01',
  keys: 'M1.5 4h13v8h-13zM4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01M4.5 9.5h7',
  aside: 'M9 2.5h4.5v4.5M13.5 2.5L8 8M11.5 9v4.5h-9v-9H7',
  port: 'M2.5 8h11M8 2.5c-3.5 3.7-3.5 7.3 0 11M8 2.5c3.5 3.7 3.5 7.3 0 11M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
  sun: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8 1.5v1.5M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  left: 'M10 4l-4 4 4 4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
