/** The fields of a person's form: their kind, their ground, and what the citizen id fills in. */
import { ref, shallowRef } from 'vue';
import { call, type CheckedId, type PersonFields, type PersonLine } from '@/api';
import type { FormDraft } from './state/drafts';

export type FieldName = keyof PersonFields;

export interface FieldPlan {
  name: FieldName;
  kind: 'text' | 'id' | 'choice' | 'date' | 'phone' | 'note';
  /** `statutory`: the law asks for it; `voluntary`: the person may keep it to themselves without a word. */
  ground: 'statutory' | 'voluntary';
  /** Whether "declined to say" is offered as an answer. */
  declinable?: boolean;
  /** Whether what is on record may be emptied. A choice is changed to another one, and nobody is without a name. */
  clearable?: boolean;
  /** Codes of a choice, words in the language files under `group`. */
  codes?: readonly string[];
  group?: string;
}

export const FIELDS: readonly FieldPlan[] = [
  { name: 'name', kind: 'text', ground: 'statutory' },
  { name: 'citizen_id', kind: 'id', ground: 'statutory', declinable: true, clearable: true },
  { name: 'sex', kind: 'choice', ground: 'statutory', codes: ['1', '2', '9'], group: 'sex' },
  { name: 'birth', kind: 'date', ground: 'statutory', clearable: true },
  {
    name: 'relation',
    kind: 'choice',
    ground: 'statutory',
    codes: ['0', '1', '2', '3', '4', '5', '6', '7', '8'],
    group: 'relation',
  },
  {
    name: 'residence',
    kind: 'choice',
    ground: 'statutory',
    codes: ['registered', 'usual', 'floating', 'overseas'],
    group: 'residence',
  },
  { name: 'phone', kind: 'phone', ground: 'voluntary', declinable: true, clearable: true },
  { name: 'note', kind: 'note', ground: 'voluntary', clearable: true },
];

/** What the phone knows of a field without opening the person: codes, and masked text. */
export function currentOf(person: PersonLine, name: FieldName): string {
  switch (name) {
    case 'name':
    case 'relation':
    case 'sex':
    case 'residence':
      return person[name];
    case 'citizen_id':
    case 'phone':
      return person[name] ?? '';
    default:
      return '';
  }
}

/** Whether there may be something on record to empty. A note is not told masked, so it is offered whenever the person is. */
export function mayClear(person: PersonLine | null, field: FieldPlan): boolean {
  if (!person || !field.clearable) return false;
  if (field.name === 'birth') return person.age !== null;
  if (field.name === 'note') return true;
  const known = currentOf(person, field.name);
  return known !== '' && known !== 'declined';
}

/**
 * What the draft holds after a field was typed into; undefined takes the field out of it. Rubbing out what was typed
 * goes back to what is on record – unless that says "declined", which was taken back before anything could be typed.
 */
export function afterTyping(text: string, known: string): string | undefined {
  return text !== '' || known === 'declined' ? text : undefined;
}

/** "Declined to say" said or taken back; what was declined on record and is not any more is unknown until it is typed. */
export function afterDeclining(declined: boolean, known: string): string | undefined {
  if (!declined) return known === 'declined' ? undefined : 'declined';
  return known === 'declined' ? '' : undefined;
}

/** What `save_person` is to change: what differs from the record. An empty text empties a field of a person on record. */
export function changesOf(fields: Readonly<Record<string, string>>, person: PersonLine | null): Record<string, string> {
  const out: Record<string, string> = {};
  for (const field of FIELDS) {
    const value = fields[field.name];
    if (value === undefined) continue;
    const [text, known] = [value.trim(), person ? currentOf(person, field.name) : ''];
    const empties = value === '' && (known === 'declined' || mayClear(person, field));
    if (empties || (text !== '' && text !== known)) out[field.name] = text;
  }
  return out;
}

/** Checks the id in the core while it is typed; a whole one fills birth and sex, but never over what was typed by hand. */
export function useIdCheck(draft: FormDraft) {
  const checked = shallowRef<CheckedId | null>(null);
  const filled = ref<{ birth: string; sex: string }>({ birth: '', sex: '' });
  let round = 0;

  function fill(name: 'birth' | 'sex', value: string | null): void {
    if (!value) return;
    const typed = draft.fields[name] ?? '';
    if (typed === '' || typed === filled.value[name]) {
      draft.set(name, value);
      filled.value = { ...filled.value, [name]: value };
    }
  }

  function check(text: string): void {
    const mine = ++round;
    if (text === '' || text === 'declined') {
      checked.value = null;
      return;
    }
    void call('check_citizen_id', { text })
      .then((answer) => {
        if (mine !== round) return;
        checked.value = answer;
        if (answer.state !== 'ok') return;
        fill('birth', answer.birth);
        fill('sex', answer.sex);
      })
      .catch(() => undefined);
  }

  /** What the id says where the form says otherwise: told, both kept. */
  function differs(name: 'birth' | 'sex'): string {
    const said = checked.value?.state === 'ok' ? checked.value[name] : null;
    const typed = draft.fields[name] ?? '';
    return said && typed !== '' && typed !== said ? said : '';
  }

  return { checked, check, differs };
}
