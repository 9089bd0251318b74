/** Where the worker was, so that "back" finds the same list unfolded and the same staircase. Memory only, and no person. */
import { reactive } from 'vue';

export const place = reactive<{ building: string; query: string; view: 'buildings' | 'recent' | 'near'; all: boolean }>(
  {
    building: '',
    query: '',
    view: 'buildings',
    /** Whether all visits of Today are shown. */
    all: false,
  },
);

/** Of each building: how far its doors were moved sideways, and in big type which staircase was shown. */
export const across = new Map<string, number>();
export const stairs = new Map<string, number>();
