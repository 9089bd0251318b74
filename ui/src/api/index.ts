/**
 * The only door to Rust. Screens import `call` and `photoUrl` from here and know neither Tauri nor HTTP.
 */
import { bridge, takeToken } from './bridge';
import { CallFailure, type Answer, type Args, type Carrier, type Name } from './carrier';

import type { Start } from './types';

export { CallFailure } from './carrier';
export type * from './types';

let carrier: Carrier | undefined;

/** Chooses the carrier once, before the first screen. */
export async function connect(): Promise<void> {
  if (carrier) return;
  if (import.meta.env.MODE === 'testing') carrier = (await import('@/testing/memory')).memory();
  else if ('__TAURI_INTERNALS__' in window) carrier = (await import('./tauri')).tauri;
  else carrier = bridge(window.location.origin, takeToken(window.location, window.history, window.sessionStorage));
}

let asked: Promise<Start> | undefined;

/** What the first screen needs: asked for while the rest of the scripts are still being read. */
export function opening(): Promise<Start> {
  asked ??= connect().then(() => call('start'));
  return asked;
}

/** For tests: a carrier of their own. */
export function connectTo(other: Carrier): void {
  carrier = other;
}

/** Calls without arguments may leave them out. */
export function call<N extends Name>(
  name: N,
  ...args: Args<N> extends Record<string, never> ? [] : [Args<N>]
): Promise<Answer<N>> {
  if (!carrier) return Promise.reject(new CallFailure('internal'));
  return carrier.call(name, (args[0] ?? {}) as Args<N>);
}

export function photoUrl(id: string, thumbnail = false): string {
  return carrier ? carrier.photoUrl(id, thumbnail) : '';
}
