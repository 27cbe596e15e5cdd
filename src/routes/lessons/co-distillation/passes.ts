import type { TeacherPasses } from '$lib/protocol/distill';

/**
 * The teacher's forward passes in a whole run, by rule. It makes `steps` steps, `ahead` of them before the
 * students begin; in every `own`-th step (0: in none) the students read text that it does not train on.
 */
export function passCounts(
	steps: number,
	ahead: number,
	own: number
): Pick<TeacherPasses, 'trained' | 'reused' | 'extra'> {
	const together = Math.max(0, steps - ahead);
	const reused = together - (own > 0 ? Math.floor(together / own) : 0);
	return { trained: steps, reused, extra: steps - reused };
}
