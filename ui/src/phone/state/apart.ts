/** Two records that were put together are parted again: asked once, since it is rarely meant. */
import { call } from '@/api';
import { t } from '@/words/language';
import { useBusy } from './deed';
import { ask, saved, tell } from './notice';
import { recordsTick } from './records';

/** `words`: whose are used; `name`: what the question calls them by. */
export function useApart(words: 'same' | 'same_home') {
  const { busy, during } = useBusy();
  const command = words === 'same' ? 'unmerge_person' : 'unmerge_household';

  async function apart(id: string, name = ''): Promise<void> {
    const sure = await ask({
      title: t(`${words}.undo_title`, { name }),
      text: t(`${words}.undo_text`),
      yes: t('same.undo'),
      no: t('common.keep'),
    });
    if (!sure) return;
    await during(async () => {
      const answer = await tell(call(command, { id }));
      if (!answer) return void recordsTick.value++;
      saved(t(`${words}.undone`), answer);
    });
  }

  return { busy, apart };
}
