/** Starts a session: what it is to do, with what, and where it would go. */
import { parseMemory } from '@berth/shared/domain/memory';
import { nameProblem } from '@berth/shared/domain/text';
import { type FormEvent, type KeyboardEvent, useEffect, useRef } from 'react';
import type { StartOrder } from '../../protocol.ts';
import { useBerth, useModel } from '../model/hooks.ts';
import { Button, Switch } from '../ui/controls.tsx';
import { Failure } from '../ui/states.tsx';
import { PageHead } from './page-head.tsx';
import { Placement } from './placement.tsx';
import { chosenAmong, SizeField } from './size-field.tsx';

const SLOTS = ['4G', '8G', '16G', '32G', '64G'] as const;

export function StartPage() {
  const berth = useBerth();
  const hosts = useModel((model) => model.fleet.hosts);
  const about = useModel((model) => model.about);
  const { order, busy, failure } = useModel((model) => model.start);
  const prompt = useRef<HTMLTextAreaElement>(null);
  useEffect(() => prompt.current?.focus(), []);

  const set = (change: Partial<StartOrder>) => berth.order(change);
  // What was chosen stays to be seen, also where the host that had it has gone.
  const presets = chosenAmong(
    [...hosts.values()].flatMap((host) => host.presets),
    order.preset,
  );
  const nameWrong = order.name === '' ? null : nameProblem(order.name);
  const memoryWrong = order.memory !== '' && parseMemory(order.memory) === null;
  const wrong = nameWrong !== null || memoryWrong;

  const start = async () => {
    if (!wrong) await berth.start();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void start();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void start();
  };

  return (
    <div className="page start">
      <PageHead title="Start a session" note="It goes on whatever becomes of this page." />
      <div className="start-columns">
        <form className="card form" onSubmit={submit}>
          <label className="field">
            <span>Prompt</span>
            <textarea
              ref={prompt}
              className="textbox prompt"
              dir="auto"
              rows={7}
              placeholder="What is it to do? Empty: the tool waits for you."
              value={order.prompt}
              onChange={(event) => set({ prompt: event.target.value })}
              onKeyDown={onKey}
            />
          </label>
          <div className="fields">
            <label className="field">
              <span>Preset</span>
              <select
                className="textbox"
                value={order.preset}
                onChange={(e) => set({ preset: e.target.value })}
              >
                <option value="">{about?.preset ? `${about.preset} (default)` : 'Default'}</option>
                {presets
                  .filter((name) => name !== about?.preset)
                  .map((name) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
              </select>
            </label>
            <label className="field">
              <span>Name</span>
              <input
                className="textbox"
                placeholder="its id"
                value={order.name}
                aria-invalid={nameWrong !== null}
                onChange={(event) => set({ name: event.target.value })}
              />
              {nameWrong && <small className="bad">{nameWrong}</small>}
            </label>
          </div>
          <div className="fields">
            <label className="field">
              <span>Host</span>
              <select className="textbox" value={order.host} onChange={(e) => set({ host: e.target.value })}>
                <option value="">The best</option>
                {chosenAmong([...hosts.keys()], order.host).map((name) => (
                  <option key={name} value={name}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <SizeField value={order.size} onChange={(size) => set({ size })} />
            <label className="field">
              <span>Memory</span>
              <input
                className="textbox"
                list="slots"
                placeholder={about?.memory || 'default'}
                value={order.memory}
                aria-invalid={memoryWrong}
                onChange={(event) => set({ memory: event.target.value })}
              />
              <datalist id="slots">
                {SLOTS.map((size) => (
                  <option key={size} value={size} />
                ))}
              </datalist>
              {memoryWrong && <small className="bad">Write it as 512M, 8G or 1.5T.</small>}
            </label>
          </div>
          <div className="fields">
            <label className="field">
              <span>Repository on this machine</span>
              <input
                className="textbox mono"
                placeholder="/home/me/project"
                value={order.repository}
                onChange={(event) => set({ repository: event.target.value })}
              />
            </label>
            <label className="field">
              <span>or a directory of the host</span>
              <input
                className="textbox mono"
                placeholder="none"
                value={order.directory}
                onChange={(event) => set({ directory: event.target.value })}
              />
            </label>
          </div>
          <div className="switches">
            <Switch
              label="Wait in line"
              note="where all slots are taken"
              on={order.queue}
              onChange={(queue) => set({ queue })}
            />
            <Switch
              label="Ask nobody before it acts"
              note="only for work you would let run alone"
              on={order.skip_permissions}
              onChange={(skip_permissions) => set({ skip_permissions })}
            />
          </div>
          {failure && <Failure failure={failure} />}
          <footer className="form-foot">
            <span className="quiet">Ctrl Enter starts it</span>
            <Button submit kind="primary" icon="play" busy={busy} disabled={wrong}>
              {busy ? 'Starting…' : 'Start'}
            </Button>
          </footer>
        </form>
        <Placement order={order} enabled={!wrong} />
      </div>
    </div>
  );
}
