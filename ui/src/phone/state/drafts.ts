/**
 * Forms that come back: every field is saved as it is typed (encrypted, by the core) and is there again after the
 * camera, a call or the system killed the app. Writes are in order and never overtake each other.
 */
import { reactive, ref, type Ref } from 'vue';
import { call } from '@/api';
import { runHeld } from './notice';

export type Fields = Record<string, string>;

export interface FormDraft {
  fields: Fields;
  /** `saved` is shown as a badge; `failed` means the core refused (disk full): what is typed is still on the page. */
  state: Ref<'none' | 'saving' | 'saved' | 'failed'>;
  /** When the draft that came back was last typed into; null when the form is new. */
  cameBack: Ref<number | null>;
  load: () => Promise<void>;
  set: (name: string, value: string) => void;
  unset: (name: string) => void;
  /** Resolves when everything typed so far is kept. */
  settled: () => Promise<void>;
  /** Deletes it, its words being saved as a record. Answers what puts it back when that is undone. */
  drop: () => Promise<() => void>;
  /** Off the page at once: `gone` deletes it, `back` puts it there again. Typing anew deletes the old one first. */
  takeOut: () => { gone: () => Promise<void>; back: () => void };
}

/** Forms that are off their page and not yet deleted. */
const out = new Set<string>();

/** `named` may be asked for later, where the name is known only once the page has loaded. */
export function useDraft(named: string | (() => string)): FormDraft {
  const nameOf = () => (typeof named === 'string' ? named : named());
  const fields = reactive<Fields>({});
  const state = ref<'none' | 'saving' | 'saved' | 'failed'>('none');
  const cameBack = ref<number | null>(null);
  let chain: Promise<void> = Promise.resolve();
  let waiting = false;
  let gone = false;

  function save(): void {
    if (waiting || gone) return;
    waiting = true;
    state.value = 'saving';
    chain = chain.then(async () => {
      waiting = false;
      if (gone) return;
      try {
        const form = nameOf();
        const empty = Object.keys(fields).length === 0;
        if (empty) await call('draft_drop', { form });
        else await call('draft_save', { form, fields: { ...fields }, saved_ms: Date.now() });
        if (!waiting) state.value = empty ? 'none' : 'saved';
      } catch {
        state.value = 'failed';
      }
    });
  }

  return {
    fields,
    state,
    cameBack,
    async load() {
      const form = nameOf();
      // Thrown away on another visit to this page: it does not come back. What else is held back still can.
      if (out.has(form)) await runHeld();
      const draft = await call('draft_load', { form });
      if (!draft) return;
      // What was typed while the draft travelled wins.
      for (const [name, value] of Object.entries(draft.fields)) if (!(name in fields)) fields[name] = value;
      if (Object.keys(draft.fields).length > 0) {
        cameBack.value = draft.saved_ms;
        state.value = 'saved';
      }
    },
    set(name, value) {
      if (fields[name] === value) return;
      if (out.has(nameOf())) chain = chain.then(runHeld);
      fields[name] = value;
      save();
    },
    unset(name) {
      if (!(name in fields)) return;
      delete fields[name];
      save();
    },
    settled: () => chain,
    takeOut() {
      const kept = { ...fields };
      const [was, look] = [cameBack.value, state.value];
      const form = nameOf();
      out.add(form);
      for (const name of Object.keys(fields)) delete fields[name];
      state.value = 'none';
      cameBack.value = null;
      return {
        async gone() {
          out.delete(form);
          await call('draft_drop', { form });
        },
        back() {
          out.delete(form);
          Object.assign(fields, kept);
          cameBack.value = was;
          state.value = look;
        },
      };
    },
    async drop() {
      const [form, kept] = [nameOf(), { ...fields }];
      gone = true;
      await chain;
      for (const name of Object.keys(fields)) delete fields[name];
      state.value = 'none';
      cameBack.value = null;
      // What it was typed for is saved. A draft that could not be deleted is told as one that came back.
      await call('draft_drop', { form }).catch(() => null);
      gone = false;
      return () => {
        // What was typed since then wins.
        for (const [name, value] of Object.entries(kept)) if (!(name in fields)) fields[name] = value;
        save();
      };
    },
  };
}
