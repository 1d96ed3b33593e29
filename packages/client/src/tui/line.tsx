/** Text in the colours that the person wants. */
import { Text } from 'ink';
import { createContext, type ReactNode, useContext } from 'react';

interface Style {
  readonly bold?: boolean;
  readonly dimColor?: boolean;
  readonly inverse?: boolean;
  readonly color?: string | undefined;
}

/** False: NO_COLOR, --no-color. Bold and inverse stay: they are no colours. */
export const Colors = createContext(true);

export function Paint({ children, color, ...style }: { children: ReactNode } & Style) {
  const colors = useContext(Colors);
  return (
    <Text {...style} {...(colors && color !== undefined ? { color } : {})}>
      {children}
    </Text>
  );
}

/** One line, which never wraps. */
export function Line({ children, color, ...style }: { children: ReactNode } & Style) {
  const colors = useContext(Colors);
  return (
    <Text wrap="truncate" {...style} {...(colors && color !== undefined ? { color } : {})}>
      {children}
    </Text>
  );
}
