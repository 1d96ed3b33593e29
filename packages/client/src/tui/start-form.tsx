/** The form that starts a session. */
import { Box, Text, useInput } from 'ink';
import { pad } from '../fleet/dash/line.ts';
import type { LiveHost } from '../fleet/live-fleet.ts';
import { Typed } from './bottom.tsx';
import { Line, Paint } from './line.tsx';
import { START_FIELDS, type StartField, type StartForm } from './state.ts';
import { textAfter } from './typing.ts';

export interface StartFormProps {
  readonly hosts: readonly LiveHost[];
  readonly form: StartForm;
  readonly field: StartField;
  /** What failed, and on a second line what to do about it. */
  readonly problem: string;
  readonly size: { readonly columns: number; readonly rows: number };
  readonly change: (form: StartForm, field: StartField) => void;
  readonly submit: () => void;
  readonly cancel: () => void;
}

export function StartFormView(props: StartFormProps) {
  const { hosts, form, field, problem, size, change, submit, cancel } = props;
  const values = valuesOf(field, form, hosts);
  const [failed = '', hint = ''] = problem.split('\n');
  const to = (step: number) => {
    const at = START_FIELDS.indexOf(field) + step + START_FIELDS.length;
    change(form, START_FIELDS[at % START_FIELDS.length] as StartField);
  };
  useInput((input, key) => {
    if (key.escape) cancel();
    else if (key.return) submit();
    else if (key.upArrow || (key.tab && key.shift)) to(-1);
    else if (key.downArrow || key.tab) to(1);
    else if (values) {
      const step = key.leftArrow ? -1 : key.rightArrow || input === ' ' ? 1 : 0;
      const at = (values.indexOf(form[field]) + step + values.length) % values.length;
      if (step !== 0) change(withValue(form, field, values[at] ?? ''), field);
    } else {
      const text = textAfter(form[field], input, key);
      if (text !== null) change({ ...form, [field]: text }, field);
    }
  });
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Line bold>start a session</Line>
      <Text> </Text>
      {START_FIELDS.map((name) => {
        const shown = wordsOf(name, form);
        const choice = valuesOf(name, form, hosts) !== null;
        const label = `${name === field ? '› ' : '  '}${pad(name, 11)}`;
        if (name === field && !choice)
          return <Typed key={name} label={label} text={form[name]} columns={size.columns} />;
        const text = choice && name === field ? `‹ ${shown} ›` : shown;
        const warns = form.permissions === 'skip' && name === 'permissions';
        return (
          <Line
            key={name}
            bold={name === field}
            {...(warns ? { color: 'red' } : {})}
          >{`${label}: ${text}`}</Line>
        );
      })}
      <Text> </Text>
      <Paint color="red">{failed || ' '}</Paint>
      <Paint>{hint}</Paint>
      <Box flexGrow={1} />
      <Line dimColor>↑↓ field ←→ choice Enter starts Esc goes back</Line>
    </Box>
  );
}

/** What a field can be; null: any text. */
function valuesOf(field: StartField, form: StartForm, hosts: readonly LiveHost[]): readonly string[] | null {
  switch (field) {
    case 'host':
      return hosts.filter(({ link }) => link === 'connected').map(({ config }) => config.name);
    case 'preset': {
      const host = hosts.find(({ config }) => config.name === form.host);
      const presets = host?.snapshot?.presets.filter(({ available }) => available) ?? [];
      return ['', ...presets.map(({ name }) => name)];
    }
    case 'permissions':
      return ['ask', 'skip'];
    case 'directory':
    case 'prompt':
    case 'name':
      return null;
  }
}

function wordsOf(field: StartField, form: StartForm): string {
  if (field === 'directory') return form.directory || 'a new one of its own';
  if (field === 'preset') return form.preset || "the host's own choice";
  if (field !== 'permissions') return form[field];
  return form.permissions === 'skip' ? 'skipped: it asks nobody before it acts' : 'it asks for them';
}

/** Another host has presets of its own. */
function withValue(form: StartForm, field: StartField, value: string): StartForm {
  return field === 'host' ? { ...form, host: value, preset: '' } : { ...form, [field]: value };
}
