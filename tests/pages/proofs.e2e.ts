/**
 * Proofs that the pages of their lessons run to the end on the real engine. A seed gives the same numbers
 * there as in the recorded run.
 */
import { describe, expect, test } from 'vitest';
import { measuredOf, type Experiment } from '$lib/experiments/experiment';
import { gateSide } from '$lib/experiments/gateSide';
import { knockOut } from '$lib/experiments/knockOut';
import { learnedRouter } from '$lib/experiments/learnedRouter';
import type { Recorded } from '$lib/experiments/recorded';
import sided from '$lib/experiments/recorded/gateSide.json';
import knocked from '$lib/experiments/recorded/knockOut.json';
import learned from '$lib/experiments/recorded/learnedRouter.json';
import soft from '$lib/experiments/recorded/softTargets.json';
import { softTargets } from '$lib/experiments/softTargets';
import { fixed } from '$lib/views/words';
import { ready } from './browser';

interface Proof {
	path: string;
	experiment: Experiment;
	recorded: Recorded;
	/** The numbers of the verdict, in their order. */
	said: readonly [arm: string, measure: string][];
}

const PROOFS: readonly Proof[] = [
	{
		path: 'router/?step=3&moment=3',
		experiment: gateSide,
		recorded: sided,
		said: [
			['input', 'half'],
			['output', 'half'],
			['input', 'loss'],
			['output', 'loss']
		]
	},
	{
		path: 'router/?step=5',
		experiment: knockOut,
		recorded: knocked,
		said: [
			['learned', 'ownLost'],
			['learned', 'othersLost'],
			['frozen', 'ownLost'],
			['frozen', 'othersLost'],
			['learned', 'sharedLost']
		]
	},
	{
		path: 'router/?step=6',
		experiment: learnedRouter,
		recorded: learned,
		said: [
			['learned', 'loss'],
			['frozen', 'loss']
		]
	},
	{
		path: 'co-distillation/?step=5',
		experiment: softTargets,
		recorded: soft,
		said: [
			['hard', 'divergence'],
			['half', 'divergence'],
			['soft', 'divergence']
		]
	}
];

describe('a proof', () => {
	test.each(PROOFS)(
		'at $path runs to its verdict, which is that of the recorded seed',
		async ({ path, experiment, recorded, said }) => {
			const page = await ready(`lessons/${path}`);
			const waiver = page.locator('button:has-text("without a prediction")');
			if (await waiver.count()) await waiver.click();
			await page.click('.words [data-control="run"] .primary');
			const verdict = page.locator('.words [role="status"]', { hasText: 'the claim out.' });
			await verdict.waitFor({ timeout: 240_000 });
			const text = (await verdict.textContent()) ?? '';
			const measured = measuredOf(experiment, recorded.seeds[0]!);
			expect(text).toContain(experiment.holds([measured]) ? 'seed bears' : 'does not bear');
			const numbers = text.match(/\d+(\.\d+)?/g) ?? [];
			for (const [i, [arm, measure]] of said.entries()) {
				const shown = numbers[i] ?? '';
				const digits = shown.split('.')[1]?.length ?? 0;
				expect(shown, `${arm} ${measure} in “${text}”`).toBe(
					fixed(measured[arm]?.[measure] ?? NaN, digits)
				);
			}
			await page.waitForSelector('.words .primary:has-text("Run one more seed")');
		},
		300_000
	);
});
