const queue = (name: string, properties: object = {}) => ({
  Name: name,
  Properties: { LockDuration: 'PT5S', MaxDeliveryCount: 3, DefaultMessageTimeToLive: 'PT1H', ...properties },
});

/** The queues and topics of the Service Bus fixture, in the format of the official emulator's Config.json. */
export const TOPOLOGY = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'sbemulatorns',
        Queues: [
          queue('work'),
          queue('binary'),
          queue('unsettled'),
          queue('forward'),
          queue('forwarded'),
          queue('copies'),
        ],
        Topics: [
          {
            Name: 'events',
            Properties: { DefaultMessageTimeToLive: 'PT1H' },
            Subscriptions: [queue('batch', { LockDuration: 'PT1M' })],
          },
        ],
      },
    ],
    Logging: { Type: 'Console' },
  },
};

export const connectionString = (port: number) =>
  `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE;UseDevelopmentEmulator=true;`;
