/**
 * A visit while it is being made: what was asked at the door, a word about it, the duties it will not count for, and that
 * something was changed here meanwhile. Kept like every form, so going to a person's page and back, or a call that ends
 * the app, loses none of it. What was asked yesterday was not asked today: of an older draft only the words stay.
 */
import { computed, onUnmounted } from 'vue';
import { dayStart } from '@/words/words';
import { useDraft, type FormDraft } from './drafts';

const ASKED = ['people', 'phone', 'occupancy'] as const;
const nameOf = (household: string) => `visit:${household}`;

/** The visit on the page now, so that who marks it from elsewhere does not write past it. */
let shown: { household: string; draft: FormDraft } | null = null;

async function load(draft: FormDraft): Promise<void> {
  await draft.load();
  const when = draft.cameBack.value;
  if (when === null || when >= dayStart(Date.now())) return;
  for (const name of Object.keys(draft.fields)) if (name !== 'note') draft.unset(name);
}

async function visitOf(household: string): Promise<FormDraft> {
  if (shown?.household === household) return shown.draft;
  const draft = useDraft(nameOf(household));
  await load(draft);
  return draft;
}

/** Something of the household was changed: its next visit is one with changes. Answers what takes that back. */
export async function markChanged(household: string): Promise<() => void> {
  // Only a mark on the button: what was changed is saved, whatever becomes of it.
  const draft = await visitOf(household).catch(() => null);
  if (!draft || draft.fields.changed) return () => undefined;
  draft.set('changed', '1');
  await draft.settled();
  return () =>
    void visitOf(household).then(
      (now) => now.unset('changed'),
      () => undefined,
    );
}

/**
 * The record turned out to be one with another: what was begun at this door goes on with the record that stays. What is
 * set there already stands; words written in both are kept beside each other.
 */
export async function carryVisit(from: string, to: string): Promise<void> {
  const old = await visitOf(from);
  if (Object.keys(old.fields).length === 0) return;
  const now = await visitOf(to);
  for (const [name, value] of Object.entries(old.fields)) {
    const there = now.fields[name];
    if (there === undefined) now.set(name, value);
    else if (name === 'note' && there !== value) now.set('note', `${there}；${value}`);
    else if (name === 'turned') now.set('turned', [...new Set([...there.split(' '), ...value.split(' ')])].join(' '));
  }
  await now.settled();
  // What could not be kept there (disk full) is not thrown away here.
  if (now.state.value !== 'failed') await old.drop();
}

/** For the page of a household. */
export function useVisit(household: string) {
  const draft = useDraft(nameOf(household));
  const mine = { household, draft };
  shown = mine;
  onUnmounted(() => {
    if (shown === mine) shown = null;
  });

  const note = computed({
    get: () => draft.fields.note ?? '',
    set: (text) => (text === '' ? draft.unset('note') : draft.set('note', text)),
  });
  /** `people=same` and so on. */
  const checks = computed({
    get: () => ASKED.flatMap((one) => (draft.fields[one] ? [`${one}=${draft.fields[one]}`] : [])),
    set: (now) => {
      for (const one of ASKED) {
        const answer = now.find((check) => check.startsWith(`${one}=`))?.slice(one.length + 1);
        if (answer) draft.set(one, answer);
        else draft.unset(one);
      }
    },
  });
  /** Duties whose box was turned: an open one taken out of this visit, one on task put in. */
  const turned = computed(() => (draft.fields.turned ?? '').split(' ').filter(Boolean));

  function toggle(duty: string): void {
    const now = turned.value.includes(duty) ? turned.value.filter((one) => one !== duty) : [...turned.value, duty];
    if (now.length > 0) draft.set('turned', now.join(' '));
    else draft.unset('turned');
  }

  return {
    ...{ draft, note, checks, turned, toggle },
    /** Something was changed on this phone since the last visit. */
    changed: computed(() => draft.fields.changed === '1'),
    begun: computed(() => Object.keys(draft.fields).length > 0),
    load: () => load(draft),
  };
}
