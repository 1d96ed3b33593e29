/** grpc.health.v1.Health: what is said of each service, to those who ask and those who watch. */
import type { HealthServer, ServingStatus } from '@berth/shared/wire/health';
import { status } from '@grpc/grpc-js';

export interface HealthStatuses {
  readonly handlers: HealthServer;
  /** Watchers of the service are told, if that is news to them. */
  set(service: string, status: ServingStatus): void;
}

/** All services are SERVING until it is said otherwise. */
export function healthService(services: readonly string[]): HealthStatuses {
  const statuses = new Map<string, ServingStatus>(services.map((name) => [name, 'SERVING']));
  const watchers = new Map<string, Set<(status: ServingStatus) => void>>();
  return {
    set(service, told) {
      if (statuses.get(service) === told) return;
      statuses.set(service, told);
      for (const tell of watchers.get(service) ?? []) tell(told);
    },
    handlers: {
      Check({ request: { service } }, answer) {
        const found = statuses.get(service);
        if (found) answer(null, { status: found });
        else answer({ code: status.NOT_FOUND, details: `there is no health of a service ${service}` });
      },
      // A service that is not known may come to be: the call goes on until the caller ends it.
      Watch(call) {
        const { service } = call.request;
        const tell = (told: ServingStatus) => call.write({ status: told });
        const others = watchers.get(service) ?? new Set();
        watchers.set(service, others.add(tell));
        call.once('cancelled', () => {
          others.delete(tell);
          if (others.size === 0) watchers.delete(service);
        });
        tell(statuses.get(service) ?? 'SERVICE_UNKNOWN');
      },
      List: (_call, answer) => answer(null, { statuses }),
    },
  };
}
