/** Entry of the phone: carrier, settings, then the first page. */
import '@/style/tokens.css';
import '@/style/base.css';
import './polyfills';
import { createApp } from 'vue';
import { CallFailure, opening } from '@/api';
import App from './App.vue';
import { guardSecondTaps } from '@/press/secondTap';
import { i18n } from '@/words/language';
import { hardwareBack } from './hardware';
import { router } from './router';
import { take } from './state/app';
import { asking } from './state/records';
import { startFailed } from './startFailed';
import { sync } from './state/sync';

document.addEventListener('touchstart', () => document.documentElement.setAttribute('data-touch', ''), {
  passive: true,
});

guardSecondTaps();

async function start(): Promise<void> {
  try {
    const start = await opening();
    if (start.today) asking()('today', start.today);
    sync.value = start.sync;
    await take(start.app);
  } catch (error) {
    startFailed(CallFailure.from(error));
    return;
  }
  createApp(App).use(i18n).use(router).mount('#app');
  hardwareBack();
}

void start();
