/** When not even the first call comes through there is no app to show it: three plain sentences instead of white. */
import { createApp, h } from 'vue';
import type { CallFailure } from '@/api';
import { i18n } from '@/words/language';
import FailureNote from './parts/FailureNote.vue';

export function startFailed(failure: CallFailure): void {
  createApp({
    render: () =>
      h('main', { class: 'screen', style: 'padding-top: 48px' }, [
        h(FailureNote, { failure: Object.assign(failure, { retry: true }), onRetry: () => window.location.reload() }),
      ]),
  })
    .use(i18n)
    .mount('#app');
}
