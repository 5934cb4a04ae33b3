import { StartupError } from '../startup-error.ts';

export type ServiceBusConnection =
  | { kind: 'connectionString'; value: string }
  | { kind: 'identity'; fullyQualifiedNamespace: string; clientId: string | undefined };

export interface AppSettings {
  get(name: string): string | undefined;
  /**
   * Replaces each `%NAME%` by the setting of that name.
   * @throws StartupError when a setting does not exist.
   */
  resolve(text: string): string;
  /**
   * Finds the Service Bus connection a binding names.
   * @throws StartupError when there is none.
   */
  serviceBusConnection(name: string | undefined): ServiceBusConnection;
  isDisabled(functionName: string): boolean;
}

const DEFAULT_CONNECTION = 'AzureWebJobsServiceBus';

export function makeAppSettings(env: NodeJS.ProcessEnv): AppSettings {
  const get = (name: string) => (env[name] === '' ? undefined : env[name]);

  return {
    get,
    resolve(text) {
      return text.replace(/%([^%\s]+)%/g, (whole, name: string) => {
        const value = get(name);
        if (value === undefined)
          throw new StartupError(`${whole} does not resolve to a value: there is no setting ${name}.`);
        return value;
      });
    },
    serviceBusConnection(name) {
      // A literal connection string is not a name, and must not end in a log either.
      if (name !== undefined && /SharedAccessKey|Endpoint=/i.test(name)) {
        throw new StartupError(
          "A binding's `connection` holds a connection string. It must hold the name of a setting that holds it.",
        );
      }
      const names = name ? connectionNames(name) : [DEFAULT_CONNECTION];
      for (const candidate of names) {
        const value = get(candidate);
        if (value !== undefined) return { kind: 'connectionString', value };
        const fullyQualifiedNamespace = get(`${candidate}__fullyQualifiedNamespace`);
        if (fullyQualifiedNamespace !== undefined) {
          return { kind: 'identity', fullyQualifiedNamespace, clientId: get(`${candidate}__clientId`) };
        }
      }
      throw new StartupError(
        `Service Bus connection '${name ?? DEFAULT_CONNECTION}' does not exist. Make sure that it is a defined App Setting (looked for ${names.join(', ')}).`,
      );
    },
    isDisabled(functionName) {
      const value = get(`AzureWebJobs.${functionName}.Disabled`) ?? get(`AzureWebJobs_${functionName}_Disabled`);
      return value !== undefined && /^(true|1)$/i.test(value);
    },
  };
}

function connectionNames(name: string): string[] {
  return [name, `ConnectionStrings:${name}`, `ConnectionStrings__${name}`, `AzureWebJobs${name}`];
}
