/** The shell's carrier: one Tauri command, `call`, for the whole table. */
import { convertFileSrc, invoke } from '@tauri-apps/api/core';
import { CallFailure, type Answer, type Args, type Carrier, type Name } from './carrier';

export const tauri: Carrier = {
  async call<N extends Name>(name: N, args: Args<N>): Promise<Answer<N>> {
    try {
      return await invoke<Answer<N>>('call', { name, args });
    } catch (error) {
      throw CallFailure.from(error);
    }
  },
  // `xgphoto://localhost/<id>`; on Android `http://xgphoto.localhost/<id>`.
  photoUrl: (id, thumbnail) => convertFileSrc(id, 'xgphoto') + (thumbnail ? '?thumbnail' : ''),
};
