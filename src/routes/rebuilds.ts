import type { Rebuild } from '$lib/protocol/settings';

/** What a changed setting costs, in words. */
export const REBUILDS: Record<Rebuild, { short: string; long: string }> = {
	mask: { short: 'rule', long: 'The weights stay; they compute by the new rule at once.' },
	weights: { short: 'anew', long: 'The weights are drawn anew; training starts at step 0.' },
	run: { short: 'run', long: 'The model stays; training goes on with the new number.' }
};
