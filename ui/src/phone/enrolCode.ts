/**
 * The typed enrolment code: 20 Crockford characters, no I L O U. Read kindly (o → 0, i and l → 1), shown in groups.
 * Whether it is right is the county's matter; here only whether it can be.
 */
export const CODE_LENGTH = 20;

export interface CodeText {
  /** Valid characters so far, upper case. */
  text: string;
  /** Characters that can never stand in a code, each once. */
  strange: string[];
  whole: boolean;
}

export function readCode(typed: string): CodeText {
  let text = '';
  const strange: string[] = [];
  for (const raw of typed.toUpperCase()) {
    if (/[\s\-–—_.]/.test(raw)) continue;
    const c = raw === 'O' ? '0' : raw === 'I' || raw === 'L' ? '1' : raw;
    if (/[0-9A-HJKMNP-TV-Z]/.test(c)) text += c;
    else if (!strange.includes(raw)) strange.push(raw);
  }
  text = text.slice(0, CODE_LENGTH);
  return { text, strange, whole: text.length === CODE_LENGTH };
}

/** Groups of four, always five of them. */
export function groups(text: string): string[] {
  return [0, 4, 8, 12, 16].map((at) => text.slice(at, at + 4));
}

/** Someone pasted the whole text of the QR code where the address goes: then no code is typed. */
export function isQrText(address: string): boolean {
  return /^xunge:/i.test(address.trim()) || address.trim().length > 64;
}

/** What the QR code of the desk says to a reader: where the county is. Null for anything else. */
export function scannedOf(text: string): { text: string; address: string } | null {
  const found = /^XUNGE1:(.+):[0-9A-Z]+:[0-9A-F]{64}$/i.exec(text.trim());
  return found ? { text, address: found[1] ?? '' } : null;
}

/** `host:port` or a bare host; what a person could have meant. */
export function looksLikeAddress(address: string): boolean {
  return (
    isQrText(address) ||
    /^(https?:\/\/)?[\w.-]+(:\d{1,5})?\/?$/.test(address.trim()) ||
    /^\[[\da-f:]+\](:\d{1,5})?$/i.test(address.trim())
  );
}
