import { flushPromises } from '@vue/test-utils';
import { describe, expect, it } from 'vitest';
import { effectScope, ref } from 'vue';
import { DeskFailure } from '@/desk/api';
import { useLoaded } from '@/desk/loaded';

/** What was asked for, to be answered in any order. */
function page(first: string) {
  const name = ref(first);
  const asked = new Map<string, { answer: (words: string) => void; fail: (why: unknown) => void }>();
  const loaded = effectScope().run(() =>
    useLoaded(
      () => name.value,
      (wanted) => new Promise<string>((answer, fail) => asked.set(wanted, { answer, fail })),
    ),
  )!;
  return { name, asked, ...loaded };
}

describe('what an address names', () => {
  it('is_the_last_named_whatever_answers_first', async () => {
    const { name, asked, value } = page('一号');
    name.value = '二号';
    await flushPromises();
    asked.get('二号')!.answer('第二件');
    await flushPromises();
    asked.get('一号')!.answer('第一件');
    await flushPromises();
    expect(value.value).toBe('第二件');
  });

  it('stays_until_the_next_is_there_and_goes_when_nothing_is_named', async () => {
    const { name, asked, value } = page('一号');
    asked.get('一号')!.answer('第一件');
    await flushPromises();
    name.value = '二号';
    await flushPromises();
    expect(value.value).toBe('第一件');
    name.value = '';
    await flushPromises();
    expect(value.value).toBeNull();
    expect(asked.has('')).toBe(false);
  });

  it('fails_with_nothing_shown_but_not_for_what_is_no_longer_named', async () => {
    const { name, asked, value, failure, reload } = page('一号');
    asked.get('一号')!.answer('第一件');
    await flushPromises();
    name.value = '二号';
    await flushPromises();
    name.value = '一号';
    await flushPromises();
    asked.get('二号')!.fail(new DeskFailure('unreachable'));
    await flushPromises();
    expect(failure.value).toBeNull();
    asked.get('一号')!.fail(new DeskFailure('not_found'));
    await flushPromises();
    expect([value.value, failure.value?.code]).toEqual([null, 'not_found']);
    const again = reload();
    asked.get('一号')!.answer('第一件');
    await again;
    expect([value.value, failure.value]).toEqual(['第一件', null]);
  });
});
