import { describe, expect, test } from 'vitest';
import { compileRouteTemplate } from './route-template.ts';

const match = (template: string, path: string) => compileRouteTemplate(template).match(path);

describe('a route template', () => {
  test('matches its literals without regard to case', () => {
    expect(match('api/Hello', '/API/hello')).toEqual({});
    expect(match('api/hello', '/api/hello/more')).toBeUndefined();
  });

  test('treats characters of regular expressions in literals as they are', () => {
    expect(match('v1.0/a+b', '/v1.0/a+b')).toEqual({});
    expect(match('v1.0/a+b', '/v1x0/aab')).toBeUndefined();
  });

  test('gives a parameter one whole segment', () => {
    expect(match('orders/{id}', '/orders/7')).toEqual({ id: '7' });
    expect(match('orders/{id}', '/orders')).toBeUndefined();
    expect(match('orders/{id}', '/orders/7/items')).toBeUndefined();
  });

  test('takes several parameters in one segment', () => {
    expect(match('{name}.{type}', '/a.b.json')).toEqual({ name: 'a', type: 'b.json' });
    expect(match('file-{number}', '/file-3')).toEqual({ number: '3' });
  });

  test('lets optional, default and catch-all parameters be absent', () => {
    expect(match('a/{b?}', '/a')).toEqual({});
    expect(match('a/{b=x}', '/a')).toEqual({ b: 'x' });
    expect(match('a/{*rest}', '/a')).toEqual({});
    expect(match('a/{**rest}', '/a/b/c')).toEqual({ rest: 'b/c' });
  });

  test('names parameters as ASP.NET allows, hyphens included', () => {
    expect(match('{order-id}', '/5')).toEqual({ 'order-id': '5' });
  });

  test.each([
    ['{x:int}', '5', 'five'],
    ['{x:int}', '2147483647', '2147483648'],
    ['{x:long}', '2147483648', '1.5'],
    ['{x:guid}', '0f8fad5b-d9cb-469f-a165-70867728950e', 'not-a-guid'],
    ['{x:bool}', 'True', 'yes'],
    ['{x:alpha}', 'abc', 'ab1'],
    ['{x:decimal}', '1.5', '1,5'],
    ['{x:datetime}', '2026-11-22', 'someday'],
    ['{x:length(3)}', 'abc', 'ab'],
    ['{x:length(2,3)}', 'ab', 'abcd'],
    ['{x:minlength(2)}', 'ab', 'a'],
    ['{x:maxlength(2)}', 'ab', 'abc'],
    ['{x:min(5)}', '5', '4'],
    ['{x:max(5)}', '5', '6'],
    ['{x:range(1,9)}', '9', '10'],
    [String.raw`{x:regex(^\d{{3}}-(a|b)$)}`, '123-b', '12-b'],
    ['{x:int:min(3)?}', '3', '2'],
  ])('%s accepts %s and refuses %s', (template, accepted, refused) => {
    expect(match(template, `/${accepted}`)).toEqual({ x: accepted });
    expect(match(template, `/${refused}`)).toBeUndefined();
  });

  test.each(['{x:nosuch}', 'a/{b', '{}'])('%s is refused as malformed', (template) => {
    expect(() => compileRouteTemplate(template)).toThrow(/route template/);
  });
});
