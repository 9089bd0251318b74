/** Colours and signs of an incident's states; the words are in the language files. */
import type { IconName } from '@/icons/icons';

export type Tone = 'green' | 'amber' | 'red' | 'blue' | 'plain';

export function stateTone(state: string): Tone {
  switch (state) {
    case 'closed':
    case 'self_resolved':
    case 'verified':
      return 'green';
    case 'returned':
      return 'red';
    case 'verifying':
    case 'suspended':
      return 'amber';
    case 'accepted':
    case 'dispatched':
    case 'handling':
    case 'transferred':
      return 'blue';
    default:
      return 'plain';
  }
}

/** The sign beside the word: a state is not told by its colour alone. */
export function stateIcon(state: string): IconName {
  switch (state) {
    case 'closed':
    case 'self_resolved':
    case 'verified':
    case 'rated':
      return 'tick';
    case 'returned':
      return 'reply';
    case 'verifying':
      return 'eye';
    case 'suspended':
      return 'pause';
    case 'withdrawn':
      return 'undo';
    case 'void':
    case 'voided':
      return 'refuse';
    case 'reported':
    case 'escalated':
      return 'up';
    default:
      return 'clock';
  }
}
