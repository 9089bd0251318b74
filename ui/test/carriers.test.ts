import { afterEach, describe, expect, it, vi } from 'vitest';
import { bridge, takeToken } from '@/api/bridge';
import { CallFailure } from '@/api/carrier';

const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => error as CallFailure,
  );

describe('the bridge', () => {
  it('posts_the_arguments_with_the_token', async () => {
    const ask = vi.fn(async () => json(200, { undo: null, id: 'x' }));
    await bridge('http://127.0.0.1:9', 'secret', ask as typeof fetch).call('undo', { undo: 'u1' });
    expect(ask).toHaveBeenCalledWith('http://127.0.0.1:9/call/undo', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer secret' },
      body: '{"undo":"u1"}',
    });
  });

  it('hands_on_the_core_s_code_and_params', async () => {
    const ask = async () => json(409, { code: 'wrong_pin', params: { left: '3' }, retry: false });
    const failure = await failureOf(bridge('', 't', ask as typeof fetch).call('unlock', { pin: '000000' }));
    expect(failure).toBeInstanceOf(CallFailure);
    expect(failure).toMatchObject({ code: 'wrong_pin', params: { left: '3' }, retry: false });
  });

  it('does_not_believe_html', async () => {
    const ask = async () => new Response('<html>login</html>', { status: 200 });
    expect(await failureOf(bridge('', 't', ask as typeof fetch).call('today', {}))).toMatchObject({
      code: 'bad_answer',
      retry: true,
    });
  });

  it('says_when_the_core_is_gone', async () => {
    const ask = async () => {
      throw new TypeError('failed to fetch');
    };
    expect(await failureOf(bridge('', 't', ask as typeof fetch).call('today', {}))).toMatchObject({
      code: 'core_unreachable',
    });
  });

  it('turns_an_unknown_shape_into_a_code', async () => {
    const ask = async () => json(500, 'oops');
    expect(await failureOf(bridge('', 't', ask as typeof fetch).call('today', {}))).toMatchObject({ code: 'internal' });
  });

  it('asks_for_photos_by_address', () => {
    const carrier = bridge('http://127.0.0.1:9', 'a b', fetch);
    expect(carrier.photoUrl('id/1', true)).toBe('http://127.0.0.1:9/photo/id%2F1?token=a%20b&thumbnail=1');
    expect(carrier.photoUrl('id', false)).toBe('http://127.0.0.1:9/photo/id?token=a%20b');
  });
});

describe('the token', () => {
  it('leaves_the_address_bar_and_stays_for_the_tab', () => {
    const kept = window.sessionStorage;
    const replaced: string[] = [];
    const history = {
      state: null,
      replaceState: (_s: unknown, _t: string, url: string) => replaced.push(url),
    } as unknown as History;
    const place = { search: '?token=abc&x=1', pathname: '/', hash: '#/today' } as Location;
    expect(takeToken(place, history, kept)).toBe('abc');
    expect(replaced).toEqual(['/?x=1#/today']);
    expect(takeToken({ search: '', pathname: '/', hash: '' } as Location, history, kept)).toBe('abc');
  });
});

describe('the shell', () => {
  afterEach(() => vi.doUnmock('@tauri-apps/api/core'));

  it('carries_every_call_through_one_command', async () => {
    const invoke = vi.fn(async () => ({ ok: 1 }));
    vi.doMock('@tauri-apps/api/core', () => ({
      invoke,
      convertFileSrc: (id: string, scheme: string) => `${scheme}://localhost/${id}`,
    }));
    const { tauri } = await import('@/api/tauri');
    await tauri.call('building', { id: 'b1' });
    expect(invoke).toHaveBeenCalledWith('call', { name: 'building', args: { id: 'b1' } });
    expect(tauri.photoUrl('p1', true)).toBe('xgphoto://localhost/p1?thumbnail');
    invoke.mockRejectedValueOnce({ code: 'not_found', params: {}, retry: false } as never);
    expect(await failureOf(tauri.call('building', { id: 'b2' }))).toMatchObject({ code: 'not_found' });
  });
});
