import { INITIAL_SETTINGS, type Settings } from '$lib/protocol/settings';
import type { HookPoint } from '$lib/protocol/trace';
import { DRAWN_POINTS } from '../../src/routes/recorded';

/** How a toy is made. All numbers but the mechanics of Llama 4 are our choice. */
export interface Recipe {
	name: string;
	/** What it shares with the released model of that name. */
	about: string;
	task: string;
	settings: Settings;
	steps: number;
	/** The sentence of the recorded pass. */
	sentence: string;
	/** Points of the recorded pass: those that a figure draws. */
	points: readonly HookPoint[];
}

/** A cosine over all steps from this peak rate. */
function schedule(steps: number, learningRate: number): Partial<Settings> {
	return { schedule: 2, warmupSteps: 100, totalSteps: steps, learningRate };
}

const STEPS = { scout: 3000, maverick: 5000 };

export const RECIPES: readonly Recipe[] = [
	{
		name: 'scout-toy',
		about:
			'Like Scout: experts in every layer, QK-norm, the llama3 rule on slow rotations, three RoPE layers and one NoPE layer.',
		task: 'tales',
		settings: { ...INITIAL_SETTINGS, ...schedule(STEPS.scout, 0.005) },
		steps: STEPS.scout,
		sentence: 'Hello, I am Ada. How are you? I am happy, thanks,',
		// Every layer has experts.
		points: DRAWN_POINTS.filter((point) => point !== 'dense.out')
	},
	{
		name: 'maverick-toy',
		about:
			'Like Maverick: experts in every second layer, a dense part twice as wide in the others, no QK-norm, unscaled rotations, two NoPE layers of eight.',
		task: 'tales',
		settings: {
			...INITIAL_SETTINGS,
			...schedule(STEPS.maverick, 0.005),
			balanceWeight: 0.01,
			layers: 8,
			moeEvery: 2,
			experts: 16,
			feedForward: 16,
			denseFeedForward: 32,
			qkNorm: 0,
			ropeFactor: 1
		},
		steps: STEPS.maverick,
		sentence: 'Hello, I am Ada. How are you? I am happy, thanks,',
		points: ['attention.pattern', 'router.logits', 'router.gate', 'logits']
	}
];
