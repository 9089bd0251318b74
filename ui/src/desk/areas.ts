/** The area tree of the account, loaded once, in order with depths. */
import { shallowRef } from 'vue';
import { get, type AreaRow } from './api';

export type AreaLine = AreaRow & { depth: number };
export const areas = shallowRef<AreaLine[]>([]);
let loading: Promise<void> | undefined;

export function inOrder(rows: AreaRow[]): AreaLine[] {
  const known = new Set(rows.map((r) => r.id));
  const out: AreaLine[] = [];
  const walk = (parent: string | null, depth: number): void => {
    for (const row of rows)
      if (parent === null ? row.parent === null || !known.has(row.parent) : row.parent === parent) {
        out.push({ ...row, depth });
        walk(row.id, depth + 1);
      }
  };
  walk(null, 0);
  return out;
}

export function loadAreas(): Promise<void> {
  loading ??= get<AreaRow[]>('areas')
    .then((rows) => {
      areas.value = inOrder(rows);
    })
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

/** After an area was added or renamed. */
export function reloadAreas(): Promise<void> {
  loading = undefined;
  return loadAreas();
}
