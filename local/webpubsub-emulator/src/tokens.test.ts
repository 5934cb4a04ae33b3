import { WebPubSubServiceClient } from '@azure/web-pubsub';
import { WebPubSubClient } from '@azure/web-pubsub-client';
import { describe, expect, it } from 'vitest';
import { eventually, HUB, KEY, withEmulator } from './sdk.fixture.ts';
import { forgeToken, inSeconds } from './token.fixture.ts';

const running = withEmulator();
const HOUR = 3600;
const clientAudience = (hub = HUB, endpoint = running.emulator.endpoint): string => `${endpoint}/client/hubs/${hub}`;
const good = (): object => ({ aud: clientAudience(), exp: inSeconds(HOUR), sub: 'u' });

/** Starts an SDK client with a token; resolves to what it heard of itself. */
async function startWith(token: string): Promise<string> {
  const url = `${running.emulator.endpoint.replace('http', 'ws')}/client/hubs/${HUB}?access_token=${token}`;
  const client = new WebPubSubClient(url, { autoReconnect: false, keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
  let userId: string | undefined;
  client.on('connected', (event) => {
    userId = event.userId;
  });
  await client.start();
  await eventually(() => userId !== undefined);
  client.stop();
  return userId ?? '';
}

describe('a client', () => {
  const badTokens: [string, () => string][] = [
    ['expired more than five minutes ago', () => forgeToken({ ...good(), exp: inSeconds(-301) }, { key: KEY })],
    ['without an end', () => forgeToken({ ...good(), exp: undefined }, { key: KEY })],
    ['with an end that is no number', () => forgeToken({ ...good(), exp: '9999999999' }, { key: KEY })],
    ['that is not valid yet', () => forgeToken({ ...good(), nbf: inSeconds(HOUR) }, { key: KEY })],
    ['for another hub', () => forgeToken({ ...good(), aud: clientAudience('other') }, { key: KEY })],
    ['for another host', () => forgeToken({ ...good(), aud: clientAudience(HUB, 'http://elsewhere') }, { key: KEY })],
    ['without audience', () => forgeToken({ ...good(), aud: undefined }, { key: KEY })],
    [
      'for REST',
      () => forgeToken({ ...good(), aud: `${running.emulator.endpoint}/api/hubs/${HUB}/:send` }, { key: KEY }),
    ],
    ['signed with another key', () => forgeToken(good(), { key: 'another-key-0123456789-0123456789-0123' })],
    [
      'signed with the key read as base64',
      () => forgeToken(good(), { key: Buffer.from(KEY, 'base64').toString('latin1') }),
    ],
    ['without signature (alg none)', () => forgeToken(good(), { key: KEY, alg: 'none' })],
    ['signed, but saying alg none', () => forgeToken(good(), { key: KEY, header: { alg: 'none' } })],
    ['signed with HS512', () => forgeToken(good(), { key: KEY, alg: 'HS512' })],
    ['that demands an extension', () => forgeToken(good(), { key: KEY, header: { crit: ['x'] } })],
    ['whose claims were changed', () => forgeToken(good(), { key: KEY }).replace(/\.[^.]+\./, '.eyJhIjoxfQ.')],
    ['that is none', () => 'abc'],
    ['that is empty', () => ''],
  ];

  it.each(badTokens)('with a token %s is refused with 401', async (_, token) => {
    await expect(startWith(token())).rejects.toThrow('Unexpected server response: 401');
  });

  it.each<[string, () => string]>([
    ['of the kind that the SDK makes', () => forgeToken(good(), { key: KEY })],
    ['expired within the skew of clocks', () => forgeToken({ ...good(), exp: inSeconds(-200) }, { key: KEY })],
    ['with several audiences', () => forgeToken({ ...good(), aud: ['x', clientAudience()] }, { key: KEY })],
    ['whose audience is in other case', () => forgeToken({ ...good(), aud: clientAudience('VALERIX') }, { key: KEY })],
  ])('with a token %s is let in', async (_, token) => {
    expect(await startWith(token())).toBe('u');
  });

  it('cannot come back into a connection with a token that was made for something else', async () => {
    const { id } = await running.connect();
    const url = (token: string): string =>
      `${running.emulator.endpoint.replace('http', 'ws')}/client/hubs/${HUB}?awps_connection_id=${id}&awps_reconnection_token=${token}`;
    const closing = async (token: string): Promise<CloseEvent> => {
      const socket = new WebSocket(url(token), 'json.reliable.webpubsub.azure.v1');
      return new Promise((resolve) => socket.addEventListener('close', resolve));
    };
    const claims = { aud: id, exp: inSeconds(HOUR) };
    for (const token of ['', forgeToken(claims, { key: KEY }), forgeToken(claims, { key: KEY, alg: 'none' })]) {
      expect(await closing(token)).toMatchObject({ code: 1008, reason: 'The connection could not be recovered.' });
    }
    expect(await running.service.connectionExists(id)).toBe(true);
  });
});

describe('the service client', () => {
  it('is refused with another key', async () => {
    const stranger = running.serviceFor(HUB, { key: 'another-key-0123456789-0123456789-0123' });
    await expect(stranger.sendToAll(1)).rejects.toMatchObject({
      statusCode: 401,
      message: expect.stringContaining('its signature is wrong'),
    });
  });

  it('can use any name and address that leads here', async () => {
    const { port } = running.emulator;
    for (const endpoint of [`http://localhost:${port}`, `http://127.0.0.1:${port}/`]) {
      await running.serviceFor(HUB, { endpoint }).sendToAll(1, { filter: "userId eq 'ü ''%'" });
    }
  });

  it('cannot do without allowInsecureConnection: that is the rule of the SDK', async () => {
    const client = new WebPubSubServiceClient(running.emulator.connectionString, HUB, {
      retryOptions: { maxRetries: 0 },
    });
    await expect(client.sendToAll(1)).rejects.toThrow('allowInsecureConnection');
  });
});
