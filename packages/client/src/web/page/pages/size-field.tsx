/** The size that the host is to have: one of those that hosts have, or free where none has told its own. */
import { useModel } from '../model/hooks.ts';
import { hostSizes } from '../state/host-sizes.ts';

const LABEL = 'Size of the host';
const TIERS = ['s', 'm', 'l', 'xl'] as const;

interface SizeFieldProps {
  readonly value: string;
  readonly onChange: (size: string) => void;
}

export function SizeField({ value, onChange }: SizeFieldProps) {
  const hosts = useModel((model) => model.fleet.hosts);
  const usual = useModel((model) => model.about?.size ?? '');
  const known = hostSizes(hosts.values());
  if (known.length === 0) return <FreeSize value={value} usual={usual} onChange={onChange} />;
  return (
    <label className="field">
      <span>{LABEL}</span>
      <select className="textbox" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{usual ? `${usual} (default)` : 'Any'}</option>
        {chosenAmong(known, value)
          .filter((size) => size !== usual)
          .map((size) => (
            <option key={size} value={size}>
              {size}
            </option>
          ))}
      </select>
    </label>
  );
}

/** Each once, and the chosen one even where it is no longer offered: a list would show another in its place. */
export function chosenAmong(offered: readonly string[], chosen: string): string[] {
  return [...new Set(chosen === '' ? offered : [...offered, chosen])];
}

/** By its memory a host is of a size, too, that nobody gave it. */
function FreeSize({ value, usual, onChange }: SizeFieldProps & { readonly usual: string }) {
  return (
    <label className="field">
      <span>{LABEL}</span>
      <input
        className="textbox"
        list="tiers"
        placeholder={usual || 'any'}
        value={value}
        onChange={(event) => onChange(event.target.value.trim())}
      />
      <datalist id="tiers">
        {TIERS.map((size) => (
          <option key={size} value={size} />
        ))}
      </datalist>
    </label>
  );
}
