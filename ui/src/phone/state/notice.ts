/** What lies over every page: the undo bar, a failure told in full, a question. Shown by App.vue. */
import { reactive } from 'vue';
import { call, CallFailure, type Saved } from '@/api';
import { poll } from './sync';
import { recordsTick } from './records';

export interface Question {
  title: string;
  text?: string;
  yes: string;
  no: string;
  danger?: boolean;
  answer: (yes: boolean) => void;
}

export const notice = reactive<{
  bar: { text: string; undo: string | null } | null;
  failure: CallFailure | null;
  question: Question | null;
}>({ bar: null, failure: null, question: null });

const BAR_MS = 6000;
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, undo: string | null = null): void {
  notice.bar = { text, undo };
  clearTimeout(timer);
  timer = setTimeout(() => (notice.bar = null), BAR_MS);
}

/** After every save: tell it, offer undo, let the pages load again now instead of at the next poll. */
export function saved(text: string, answer: Saved): void {
  say(text, answer.undo);
  recordsTick.value++;
  void poll();
}

export async function undoLast(): Promise<void> {
  const handle = notice.bar?.undo;
  notice.bar = null;
  if (!handle) return;
  await tell(call('undo', { undo: handle }));
  recordsTick.value++;
}

export function fail(error: unknown): void {
  notice.failure = CallFailure.from(error);
}

/** Waits for a call; a failure is told in full. Answers undefined then. */
export async function tell<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    fail(error);
    return undefined;
  }
}

export function ask(question: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((resolve) => {
    notice.question = {
      ...question,
      answer: (yes) => {
        notice.question = null;
        resolve(yes);
      },
    };
  });
}
