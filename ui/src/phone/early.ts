/** Runs before the screens' scripts are read: the first question is on its way while they are. */
import { opening } from '@/api';

// Whoever draws the first screen hears of a failure; here it is only begun.
opening().catch(() => undefined);
