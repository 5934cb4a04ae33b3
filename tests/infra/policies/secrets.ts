import type { Policy } from '../deployment.ts';

/** Ways to a key, in ARM and in connection strings; and what the resources that have keys call them. */
const keys = [
  /\blist[A-Z]\w*\(/,
  /AccountKey=/i,
  /SharedAccessKey/i,
  /AccessKey=/i,
  /administratorLoginPassword/i,
  /postgres(?:ql)?:\/\/[^@\s'"]*:[^@\s'"]*@/i,
  /\.(?:primary|secondary)(?:Connection|Key|SharedKey)/i,
  /InstrumentationKey/,
];
/** It says where telemetry goes; without an identity that may, nothing is taken there. */
const noSecret = 'APPLICATIONINSIGHTS_CONNECTION_STRING';

/** The template is as long as all the rest and the same for all: it is read once. */
const readBefore = new Map<string, string[]>();
function keysIn(text: string): string[] {
  return keys.filter((key) => key.test(text)).map((key) => `${key} is in ${text.slice(0, 40)}...`);
}
function keysInTemplate(template: string): string[] {
  const found = readBefore.get(template) ?? keysIn(template);
  readBefore.set(template, found);
  return found;
}

/** No key, password or connection string is in a setting or an output, nor anywhere else in the template. */
export const secrets: Policy = {
  name: 'no-secrets',
  violations({ template, resources, outputs }) {
    const inTexts = [JSON.stringify(resources), JSON.stringify(outputs)].flatMap(keysIn);
    const inSettings = resources.flatMap((resource) =>
      [...JSON.stringify(resource).matchAll(/\{"name":"(\w+)","value":"\[([^"]*\.ConnectionString[^"]*)"/g)]
        .filter(([, setting]) => setting !== noSecret)
        .map(([, setting]) => `${resource.name}: ${setting} is a connection string.`),
    );
    const inOutputs = Object.entries(outputs)
      .filter(([, value]) => JSON.stringify(value).includes('ConnectionString'))
      .map(([name]) => `The output ${name} is a connection string.`);
    return [...keysInTemplate(template), ...inTexts, ...inSettings, ...inOutputs];
  },
};
