/** Where the worker was in the list of households, so that "back" finds the same building. Memory only. */
import { reactive } from 'vue';

export const place = reactive<{ building: string; query: string; view: 'buildings' | 'recent' | 'near' }>({
  building: '',
  query: '',
  view: 'buildings',
});
