/** One import of the county writes every field of a household: in a history that is one line. */

/** What the county's own writes are called. */
export const COUNTY = 'county';
/** Writes of one import are moments apart. */
const ONE_IMPORT_MS = 3_600_000;

interface Line {
  at_ms: number;
  by: string;
  how: string;
}

/** What the county began; what it changes later somebody at the desk has decided. */
const imported = (line: Line): boolean => line.by === COUNTY && line.how === 'began';

/** Lines that belong together, newest first, as they came. */
export function importsTogether<L extends Line>(history: L[]): [L, ...L[]][] {
  const out: [L, ...L[]][] = [];
  for (const line of history) {
    const last = out[out.length - 1];
    const same = last && imported(line) && imported(last[0]) && last[0].at_ms - line.at_ms < ONE_IMPORT_MS;
    if (same) last.push(line);
    else out.push([line]);
  }
  return out;
}
