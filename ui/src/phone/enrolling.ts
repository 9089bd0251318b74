/**
 * What was typed on the way to enrolling, kept over a reload of the page and gone with the session: the county's address
 * and the code, which opens the door once and soon runs out. Nothing of a person is in either. A store that is full or
 * forbidden keeps nothing; then it is typed again.
 */
const KEPT = 'xunge.enrolling';

export interface Typed {
  address: string;
  code: string;
}

function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function keep({ address, code }: Typed): void {
  attempt(() => sessionStorage.setItem(KEPT, JSON.stringify({ address, code })));
}

/** Null where nothing was typed yet. */
export function recall(): Typed | null {
  const kept = attempt(() => JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Partial<Typed> | null);
  const [address, code] = [text(kept?.address), text(kept?.code)];
  return address !== '' || code !== '' ? { address, code } : null;
}

/** The phone is enrolled: both go. */
export function forget(): void {
  attempt(() => sessionStorage.removeItem(KEPT));
}
