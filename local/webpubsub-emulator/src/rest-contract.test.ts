import { WebPubSubClient } from '@azure/web-pubsub-client';
import { describe, expect, it } from 'vitest';
import { restCaller } from './rest.fixture.ts';
import { eventually, HUB, KEY, withEmulator } from './sdk.fixture.ts';
import { forgeToken, inSeconds } from './token.fixture.ts';

const running = withEmulator();
const call = restCaller(running);
const json = { contentType: 'application/json', body: '{"a":1}' };
const VERSION = 'api-version=2024-12-01';

describe('every operation', () => {
  it.each<[string, string, number, object?]>([
    ['POST', '/:send', 202, json],
    ['POST', '/groups/g/:send', 202, json],
    ['POST', '/users/u/:send', 202, json],
    ['POST', '/connections/CONNECTION/:send', 202, json],
    ['POST', '/connections/nobody/:send', 202, json],
    ['POST', '/:closeConnections?excluded=CONNECTION&reason=r', 204],
    ['POST', '/groups/nobody/:closeConnections', 204],
    ['POST', '/users/nobody/:closeConnections', 204],
    ['POST', '/:addToGroups', 200, { contentType: 'application/json', body: '{"groups":["a"],"filter":"true"}' }],
    ['POST', '/:removeFromGroups', 200, { contentType: 'application/json', body: '{"groups":["a"]}' }],
    ['POST', '/:generateToken?userId=u&role=r&role=s&minutesToExpire=5&group=g&clientType=Default', 200],
    ['HEAD', '/connections/CONNECTION', 200],
    ['HEAD', '/connections/nobody', 404],
    ['HEAD', '/groups/here', 200],
    ['HEAD', '/groups/nobody', 404],
    ['HEAD', '/users/someone', 200],
    ['HEAD', '/users/nobody', 404],
    ['DELETE', '/connections/nobody?reason=r', 204],
    ['DELETE', '/connections/nobody/groups', 204],
    ['DELETE', '/users/nobody/groups', 204],
    ['PUT', '/groups/g/connections/CONNECTION', 200],
    ['PUT', '/groups/g/connections/nobody', 404],
    ['DELETE', '/groups/g/connections/CONNECTION', 204],
    ['PUT', '/users/someone/groups/g', 200],
    ['PUT', '/users/nobody/groups/g', 404],
    ['DELETE', '/users/someone/groups/g', 204],
    ['GET', '/groups/here/connections', 200],
    ['GET', '/groups/nobody/connections?maxpagesize=200&top=1', 200],
    ['PUT', '/permissions/sendToGroup/connections/CONNECTION?targetName=g', 200],
    ['HEAD', '/permissions/sendToGroup/connections/CONNECTION?targetName=g', 200],
    ['DELETE', '/permissions/sendToGroup/connections/CONNECTION?targetName=g', 204],
    ['HEAD', '/permissions/joinLeaveGroup/connections/CONNECTION', 404],
    ['PUT', '/permissions/joinLeaveGroup/connections/nobody', 404],
  ])('%s %s answers %i', async (method, path, status, request = {}) => {
    const { id } = await running.connect({
      userId: 'someone',
      groups: ['here'],
      roles: ['webpubsub.sendToGroup.g'],
    });
    const withVersion = `${path}${path.includes('?') ? '&' : '?'}${VERSION}`;
    const answer = await call(method, withVersion.replaceAll('CONNECTION', id), request);
    expect(answer.status).toBe(status);
    if (method === 'HEAD' || status === 202 || status === 204) expect(answer.text).toBe('');
  });
});

describe('a call that is wrong', () => {
  it.each<[string, string, number, string, object?]>([
    ['POST', '/:send', 400, 'The body is not JSON', { contentType: 'application/json', body: '{' }],
    ['POST', '/:send', 415, "not 'image/png'", { contentType: 'image/png', body: 'x' }],
    ['POST', '/:send?messageTtlSeconds=301', 400, "'messageTtlSeconds' must be a whole number from 0 to 300", json],
    ['POST', '/:send?filter=userId', 400, 'expected something true or false', json],
    ['POST', '/:send', 413, 'larger than 1048576 bytes', { ...json, body: `"${'x'.repeat(1024 * 1024)}"` }],
    ['POST', '/groups/%20/:send', 400, 'not the name of a group', json],
    ['POST', '/groups/TOO-LONG/:send', 400, 'not the name of a group', json],
    ['POST', '/:addToGroups', 400, "'groups' must be a list", { ...json, body: '{"groups":[]}' }],
    ['POST', '/:addToGroups', 400, 'not a JSON object', { ...json, body: '5' }],
    ['POST', '/:addToGroups', 400, "'filter' must be a text", { ...json, body: '{"groups":["g"],"filter":5}' }],
    ['POST', '/:generateToken?minutesToExpire=0', 400, "'minutesToExpire' must be a whole number from 1"],
    ['POST', '/:generateToken?clientType=MQTT', 400, "no clients of type 'MQTT'"],
    ['GET', '/groups/g/connections?maxpagesize=201', 400, "'maxpagesize' must be a whole number from 1 to 200"],
    ['GET', '/groups/g/connections?continuationToken=x', 400, 'not one that was given out here'],
    ['PUT', '/permissions/fly/connections/c', 400, "There is no permission 'fly'"],
    ['PUT', '/permissions/sendToGroup/connections/c', 404, "There is no connection 'c'"],
    ['GET', '/:send', 404, `There is no 'GET /api/hubs/${HUB}/:send' here.`],
    ['POST', '/nothing', 404, "There is no 'POST"],
  ])('%s %s is answered %i: %s', async (method, path, status, message, request = {}) => {
    const answer = await call(method, path.replace('TOO-LONG', 'g'.repeat(1025)), request);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toEqual({ code: expect.any(String), message: expect.stringContaining(message) });
  });

  it('is refused before it is looked at when its token is wrong', async () => {
    const url = `${running.emulator.endpoint}/api/hubs/${HUB}/:send`;
    const bearer = (claims: object, alg = 'HS256'): string =>
      `Bearer ${forgeToken({ aud: url, exp: inSeconds(3600), ...claims }, { key: KEY, alg })}`;
    const wrong = [
      '',
      'Basic abc',
      bearer({ aud: url.replace(':send', ':closeConnections') }),
      bearer({ aud: undefined }),
      bearer({ exp: inSeconds(-301) }),
      bearer({ exp: undefined }),
      bearer({}, 'none'),
      bearer({}, 'HS384'),
    ];
    for (const authorization of wrong) {
      expect(await call('POST', '/:send', { ...json, authorization })).toMatchObject({ status: 401 });
    }
    expect(await call('POST', '/:send', { ...json, authorization: bearer({}) })).toMatchObject({ status: 202 });
    const escaped = bearer({ aud: encodeURIComponent(url).toUpperCase() });
    expect(await call('POST', '/:send?excluded=x', { ...json, authorization: escaped })).toMatchObject({ status: 202 });
  });

  it('for a hub that cannot be is refused', async () => {
    const url = `${running.emulator.endpoint}/api/hubs/1hub/:send`;
    const token = forgeToken({ aud: url, exp: inSeconds(60) }, { key: KEY });
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(400);
  });
});

describe('a message body', () => {
  it('may have a content type with parameters, and as many bytes as the service takes', async () => {
    const client = await running.connect({ userId: 'large' });
    const text = 'ä'.repeat(512 * 1024);
    const sent = await call('POST', '/users/large/:send', { contentType: 'Text/Plain; charset=utf-8', body: text });
    expect(sent.status).toBe(202);
    await eventually(() => client.server.length === 1);
    expect(client.server[0]).toMatchObject({ dataType: 'text', data: text });
  });
});

describe('a generated token', () => {
  it('lets a client in as the user, with the roles and in the groups that were asked for', async () => {
    const role = 'webpubsub.sendToGroup.generated';
    const answer = await call(
      'POST',
      `/:generateToken?userId=gen&role=${role}&group=generated&group=g2&minutesToExpire=5`,
    );
    const { token } = JSON.parse(answer.text) as { readonly token: string };
    const url = `${running.emulator.endpoint.replace('http', 'ws')}/client/hubs/${HUB}?access_token=${token}`;
    const client = new WebPubSubClient(url, { keepAliveIntervalInMs: 0, keepAliveTimeoutInMs: 0 });
    const heard: unknown[] = [];
    client.on('group-message', ({ message }) => heard.push(message));
    await client.start();
    await client.sendToGroup('generated', 1, 'json');
    await eventually(() => heard.length === 1);
    expect(heard[0]).toMatchObject({ fromUserId: 'gen', group: 'generated', data: 1 });
    expect(await running.service.groupExists('g2')).toBe(true);
    client.stop();
  });
});

describe('health', () => {
  it.each(['GET', 'HEAD'])('is answered to anybody (%s)', async (method) => {
    const response = await fetch(`${running.emulator.endpoint}/api/health`, { method });
    expect(response.status).toBe(200);
  });

  it('is all that is there without a token', async () => {
    for (const path of ['/', '/api', '/api/health/more', '/client/hubs/h']) {
      expect((await fetch(`${running.emulator.endpoint}${path}`)).status).toBe(404);
    }
  });
});
