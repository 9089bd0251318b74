/** What typing does to a citizen id on its keyboard, and how it is spaced for reading. The check itself is the core's. */

/** X stands only in the last place of eighteen; nothing goes past eighteen. */
export function typeId(text: string, key: string): string {
  if (key === 'erase') return text.slice(0, -1);
  if (text.length >= 18) return text;
  if (key === 'X') return text.length === 17 ? `${text}X` : text;
  return /^\d$/.test(key) ? text + key : text;
}

/** `990101 19420312 8507`: area, birth, rest. */
export function spaceId(text: string): string {
  if (!/^[\dX]+$/.test(text)) return text;
  return [text.slice(0, 6), text.slice(6, 14), text.slice(14)].filter(Boolean).join(' ');
}
