/** `berthd health`: asks the agent of this host how it is. */
import { messageOf } from '@berth/shared/domain/berth-error';
import { EXIT } from '@berth/shared/domain/exit-codes';
import type { HostSnapshot } from '@berth/shared/domain/host-snapshot';
import { HostServiceClient } from '@berth/shared/gen/berth/v1/host';
import { HealthService } from '@berth/shared/wire/health';
import { decodeHost } from '@berth/shared/wire/host';
import {
  type CallOptions,
  credentials,
  Metadata,
  makeClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { figuresLine } from '../domain/figures-line.ts';
import { CHECK_NAMES, checkService } from '../health/checks.ts';

const DEADLINE_MS = 3000;

interface Asked {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Prints one line, or JSON; resolves with the exit code: 0 healthy, 1 not, 3 nobody there. */
export async function health(socket: string, options: { json: boolean }): Promise<number> {
  const found = await ask(socket);
  const healthy = found.problems.length === 0;
  const { host } = found;
  if (options.json) {
    const { ledger } = host ?? {};
    const told = {
      healthy,
      reachable: found.reachable,
      version: host?.version ?? null,
      problems: found.problems,
      checks: found.checks,
      sessions: ledger?.heldSlots ?? null,
      held_bytes: ledger?.heldBytes ?? null,
      capacity_bytes: ledger?.capacityBytes ?? null,
    };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } else if (healthy && host) {
    process.stdout.write(`healthy: berthd ${host.version}, ${figuresLine(host.ledger)}\n`);
  } else {
    process.stdout.write(`unhealthy: ${found.problems.join('; ')}\n`);
  }
  if (!found.reachable) return EXIT.unreachable;
  return healthy ? EXIT.done : EXIT.failed;
}

interface Found {
  readonly reachable: boolean;
  readonly problems: readonly string[];
  readonly checks: readonly Asked[];
  readonly host: HostSnapshot | null;
}

/** How the agent on a socket is; never rejects. */
export async function ask(socket: string): Promise<Found> {
  const address = `unix:${socket}`;
  const deadline = Date.now() + DEADLINE_MS;
  const Health = makeClientConstructor(HealthService, 'Health');
  const health = new Health(address, credentials.createInsecure());
  const hosts = new HostServiceClient(address, credentials.createInsecure());
  /** True, false, or null where the agent knows no such service. */
  const serving = (name: string) =>
    new Promise<boolean | null>((resolve, reject) => {
      const answered = (error: ServiceError | null, answer?: { status: string }) => {
        if (error?.code === status.NOT_FOUND) resolve(null);
        else if (error) reject(error);
        else resolve(answer?.status === 'SERVING');
      };
      const check = health.Check as unknown as Check;
      check.call(health, { service: name }, { deadline }, answered);
    });
  try {
    const [all, host, ...each] = await Promise.all([
      serving(''),
      getHost(hosts, deadline),
      ...CHECK_NAMES.map((name) => serving(checkService(name))),
    ]);
    const checks = CHECK_NAMES.flatMap((name, i): Asked[] => {
      const ok = each[i];
      if (ok === null || ok === undefined) return [];
      const mark = `health check ${name} failed: `;
      const warning = host.warnings.find((text) => text.startsWith(mark));
      return [{ name, ok, detail: ok ? '' : (warning?.slice(mark.length) ?? '') }];
    });
    const failed = checks
      .filter(({ ok }) => !ok)
      .map(({ name, detail }) => (detail ? `${name}: ${detail}` : name));
    const problems =
      all === true ? [] : failed.length > 0 ? failed : ['the agent says that it does not serve'];
    return { reachable: true, problems, checks, host };
  } catch (error) {
    const code = (error as Partial<ServiceError>).code;
    const problem =
      code === status.UNAVAILABLE
        ? `no agent answers on ${socket}`
        : code === status.DEADLINE_EXCEEDED
          ? `the agent on ${socket} gave no answer within ${DEADLINE_MS / 1000} s`
          : messageOf(error);
    return { reachable: code !== status.UNAVAILABLE, problems: [problem], checks: [], host: null };
  } finally {
    health.close();
    hosts.close();
  }
}

type Check = (
  request: { service: string },
  options: Partial<CallOptions>,
  callback: (error: ServiceError | null, answer?: { status: string }) => void,
) => unknown;

function getHost(client: HostServiceClient, deadline: number): Promise<HostSnapshot> {
  return new Promise((resolve, reject) => {
    client.get({}, new Metadata(), { deadline }, (error, answer) => {
      if (error) reject(error);
      else if (!answer.host) reject(new Error('the agent told nothing about its host'));
      else resolve(decodeHost(answer.host));
    });
  });
}
