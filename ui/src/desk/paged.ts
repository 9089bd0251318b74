/** A list of the county, page by page, loaded again when what it depends on changes. */
import { onMounted, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue';
import { DeskFailure, get, PAGE, type Page } from './api';

export interface Paged<T> {
  rows: ShallowRef<T[]>;
  total: Ref<number>;
  page: Ref<number>;
  busy: Ref<boolean>;
  failure: ShallowRef<DeskFailure | null>;
  reload: () => Promise<void>;
}

export function usePaged<T>(
  route: () => string,
  query: () => Record<string, string | number | null> = () => ({}),
): Paged<T> {
  const rows = shallowRef<T[]>([]);
  const total = ref(0);
  const page = ref(1);
  const busy = ref(false);
  const failure = shallowRef<DeskFailure | null>(null);
  let round = 0;

  async function reload(): Promise<void> {
    const mine = ++round;
    if (route() === '') {
      rows.value = [];
      total.value = 0;
      return;
    }
    busy.value = true;
    try {
      const answer = await get<Page<T>>(route(), { ...query(), offset: (page.value - 1) * PAGE, limit: PAGE });
      if (mine !== round) return;
      rows.value = answer.rows;
      total.value = answer.total;
      failure.value = null;
    } catch (error) {
      if (mine !== round) return;
      failure.value = DeskFailure.from(error);
    } finally {
      if (mine === round) busy.value = false;
    }
  }

  onMounted(reload);
  watch(page, () => void reload());
  watch(
    () => JSON.stringify([route(), query()]),
    () => {
      if (page.value === 1) void reload();
      else page.value = 1;
    },
  );
  return { rows, total, page, busy, failure, reload };
}
