/** Colours of an incident's states; the words are in the language files. */
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
