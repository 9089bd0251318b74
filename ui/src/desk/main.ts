/** Entry of the county desk: session first, then the page asked for. */
import './desk.css';
import { createApp } from 'vue';
import { guardSecondTaps } from '@/press/secondTap';
import { i18n } from '@/words/language';
import App from './App.vue';
import { router } from './router';
import { resume } from './session';
import { speak } from './words';

async function start(): Promise<void> {
  guardSecondTaps();
  if (import.meta.env.MODE === 'testing') (await import('@/testing/desk')).answerLocally();
  await speak(new URLSearchParams(window.location.search).get('lang') === 'en' ? 'en' : 'zh-CN');
  await resume().catch(() => undefined);
  createApp(App).use(i18n).use(router).mount('#desk');
}

void start();
