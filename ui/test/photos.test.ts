import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTo, type PhotoView } from '@/api';
import type { Carrier } from '@/api/carrier';
import { usePhotos, type Photos } from '@/phone/state/photos';
import { i18n } from '@/words/language';

let kept: PhotoView[];
let camera: Promise<void>;

const photo = (n: number): PhotoView => ({
  ...{ id: `ph${n}`, taken_ms: n, place: null, time_verified: true, width: 8, height: 6, bytes: 9 },
  ...{ sent_bytes: 0, standing: 'on_phone' },
});

/** The photos of a page that is opened now. */
async function opened(): Promise<Photos> {
  let photos: Photos | undefined;
  mount(
    {
      setup() {
        photos = usePhotos('incident:new');
        return () => null;
      },
    },
    { global: { plugins: [i18n] } },
  );
  await photos!.load();
  return photos!;
}

beforeEach(() => {
  kept = [];
  camera = Promise.resolve();
  connectTo({
    async call(name: string) {
      if (name === 'draft_photos') return structuredClone(kept);
      await camera;
      const next = photo(kept.length + 1);
      kept.push(next);
      return next;
    },
    photoUrl: () => '',
  } as unknown as Carrier);
});

describe('the photos of a form', () => {
  it('that_were_taken_just_now_have_not_come_back', async () => {
    const photos = await opened();
    await photos.take(null);
    await photos.take(null);
    expect([photos.photos.value.length, photos.back.value]).toEqual([2, 0]);
  });

  it('of_an_earlier_visit_have_and_new_ones_are_not_counted_among_them', async () => {
    kept.push(photo(1));
    const photos = await opened();
    expect(photos.back.value).toBe(1);
    await photos.take(null);
    expect([photos.photos.value.length, photos.back.value]).toEqual([2, 1]);
    photos.takeOut(photos.photos.value.slice(0, 1));
    expect(photos.back.value).toBe(0);
  });

  it('that_take_long_are_told_so_until_they_are_kept', async () => {
    vi.useFakeTimers();
    let keep = () => {};
    camera = new Promise((resolve) => (keep = resolve));
    const photos = await opened();
    const taken = photos.take(null);
    expect([photos.taking.value, photos.slow.value]).toEqual([true, false]);
    vi.advanceTimersByTime(7000);
    // Back from the camera: the wait begins now.
    document.dispatchEvent(new Event('visibilitychange'));
    vi.advanceTimersByTime(7000);
    expect(photos.slow.value).toBe(false);
    vi.advanceTimersByTime(2000);
    expect(photos.slow.value).toBe(true);
    keep();
    await taken;
    expect([photos.taking.value, photos.slow.value]).toEqual([false, false]);
    vi.useRealTimers();
  });
});
