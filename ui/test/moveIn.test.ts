import { beforeEach, describe, expect, it } from 'vitest';
import { connectTo } from '@/api';
import { CallFailure, type Carrier } from '@/api/carrier';
import { useMoveIn } from '@/phone/state/moveIn';

let calls: unknown[];
let undoes: boolean;
beforeEach(() => {
  calls = [];
  undoes = true;
  connectTo({
    async call(name: string, args: { undo?: string }) {
      calls.push(name === 'undo' ? `undo ${args.undo}` : name);
      if (name === 'undo' && !undoes) throw new CallFailure('disk_full');
      return name === 'undo' ? null : { id: 'h9', undo: '4:1' };
    },
    photoUrl: () => '',
  } as unknown as Carrier);
});
const refused = () => Promise.reject(new CallFailure('invalid_field'));

describe('somebody who moves into an empty flat', () => {
  it('is_undone_together_with_the_household', async () => {
    const saved = await useMoveIn().moveIn('w1', (household) => {
      calls.push(`person into ${household}`);
      return Promise.resolve({ id: 'p1', undo: '4:2 4:3' });
    });
    expect(saved).toEqual({ id: 'h9', undo: '4:1 4:2 4:3' });
    expect(calls).toEqual(['save_household', 'person into h9']);
  });

  it('leaves_no_household_behind_when_the_person_cannot_be_saved', async () => {
    const { moveIn, left } = useMoveIn();
    await expect(moveIn('w1', refused)).rejects.toMatchObject({ code: 'invalid_field' });
    expect(calls).toEqual(['save_household', 'undo 4:1']);
    expect(left.value).toBeNull();
  });

  it('uses_the_household_that_could_not_be_taken_back_and_makes_no_second_one', async () => {
    const { moveIn, left } = useMoveIn();
    undoes = false;
    await expect(moveIn('w1', refused)).rejects.toMatchObject({ code: 'invalid_field' });
    expect(left.value?.id).toBe('h9');
    await moveIn('w2', () => Promise.resolve({ id: 'p2', undo: '4:3' }));
    expect(calls.filter((one) => one === 'save_household')).toHaveLength(2);
    await moveIn('w1', () => Promise.resolve({ id: 'p1', undo: '4:2' }));
    expect(calls.filter((one) => one === 'save_household')).toHaveLength(2);
    expect(left.value).toBeNull();
  });

  it('holds_the_flat_as_was_said_last', async () => {
    const { moveIn } = useMoveIn();
    undoes = false;
    await expect(moveIn('w1', refused, 'owner')).rejects.toMatchObject({ code: 'invalid_field' });
    const saved = await moveIn('w1', () => Promise.resolve({ id: 'p1', undo: '4:2' }), 'tenant');
    expect(calls).toEqual(['save_household', 'undo 4:1', 'save_household']);
    expect(saved).toEqual({ id: 'h9', undo: '4:1 4:1 4:2' });
  });
});
