/** What lies over every page: the undo bar, a failure told in full, a question. Shown by App.vue. */
import { reactive } from 'vue';
import { call, CallFailure, type Saved } from '@/api';
import { bigType } from './app';
import { Countdown } from './countdown';
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
  /** `back` undoes what is only held back as yet; `undo` is the core's handle of what is saved, `undone` follows it. */
  bar: { text: string; undo: string | null; back?: () => void; undone?: () => unknown } | null;
  failure: CallFailure | null;
  question: Question | null;
}>({ bar: null, failure: null, question: null });

/** How long a bar stands, ms: to be read, or to be read, thought over and pressed. Large letters are read more slowly. */
const READ_MS = 6000;
const UNDO_MS = 12_000;
const standing = (ms: number) => (bigType.value ? 2 * ms : ms);

/** How long the bar still stands; a finger on it, the keyboard in it and a page out of sight hold it. */
export const barTime = new Countdown();
const seen = () => (document.visibilityState === 'hidden' ? barTime.hold('hidden') : barTime.release('hidden'));
document.addEventListener('visibilitychange', seen);
seen();

export function say(text: string, undo: string | null = null): void {
  void runHeld();
  notice.bar = { text, undo };
  barTime.start(standing(undo ? UNDO_MS : READ_MS), dismiss);
}

/** Takes the bar away: nothing can be undone by it any more, and what was held back for it is done. */
export function dismiss(): void {
  void runHeld();
  notice.bar = null;
  barTime.stop();
}

let held: (() => Promise<void>) | null = null;
let running: Promise<void> = Promise.resolve();

/** A locked phone: the bar goes, and what was held back for it is not done. It stands there again when the phone opens. */
export function leaveBar(): void {
  held = null;
  notice.bar = null;
  barTime.stop();
}

/** Does now what is being held back. Pages call it before they read or send what it would change. */
export async function runHeld(): Promise<void> {
  const act = held;
  held = null;
  // Whoever asks while it is being done waits for it too.
  if (!act) return running;
  notice.bar = null;
  barTime.stop();
  running = act();
  await running;
}

/**
 * Tells that something is gone while it can still come back: `act` waits as long as the bar stands, `back` puts it on
 * the page again. An app that is left meanwhile has deleted nothing.
 */
export function hold(text: string, act: () => Promise<unknown>, back: () => void): void {
  say(text);
  held = async () => void (await tell(act()));
  notice.bar = {
    text,
    undo: null,
    back: () => {
      held = null;
      back();
    },
  };
  barTime.start(standing(UNDO_MS), dismiss);
}

/** After every save: tell it, offer undo, let the pages load again now instead of at the next poll. `back` puts what
 *  was typed onto its page again once the record is undone. */
export function saved(text: string, answer: Saved, back?: () => unknown): void {
  say(text, answer.undo);
  if (answer.undo && back && notice.bar) notice.bar.undone = back;
  recordsTick.value++;
  void poll();
}

export async function undoLast(): Promise<void> {
  const bar = notice.bar;
  const handle = bar?.undo;
  notice.bar = null;
  barTime.stop();
  bar?.back?.();
  if (!handle) return;
  const done = await tell(call('undo', { undo: handle }));
  if (done !== undefined) await bar?.undone?.();
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
