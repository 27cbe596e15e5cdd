import { measuredOf, trialOf } from '$lib/experiments/experiment';
import { orderSensitivity } from '$lib/experiments/orderSensitivity';
import { stackScopes } from '$lib/math/stack';
import type { LayerConfig } from '$lib/protocol/config';
import { stepsDone, type LearnTrial, type TrialOutcome } from '$lib/protocol/trial';
import { fixed } from '$lib/views/words';
import type { LessonEngine } from '../engine.svelte';
import { stackWords } from './stackWords';

/** What a row of layers came to, in percent. */
interface Found {
	name: string;
	first: number;
	middle: number;
}

/** The experiment's trial with a row of the learner's beside that of Llama 4. */
export function ownTrial(stack: string, seed: number): LearnTrial | null {
	const whole = trialOf(orderSensitivity, seed);
	if (whole.kind !== 'learn') return null;
	const scout = whole.arms.find(({ name }) => name === 'scout');
	if (!scout) return null;
	const layers = stackScopes(stack, scout.config.chunk).map(({ kind }): LayerConfig => ({
		positions: kind === 'global' ? 'nope' : 'rope',
		scope: kind,
		feedForward: 'dense'
	}));
	const own = { ...scout, name: 'own', config: { ...scout.config, layers } };
	return { ...whole, arms: [own, scout] };
}

/** Trains the learner's row of layers in the page. */
export class OwnRun {
	outcome: TrialOutcome | null = $state.raw(null);
	found: readonly Found[] = $state.raw([]);
	isRunning: boolean = $state(false);
	/** Why the latest run ended early, in a sentence, or empty. */
	note: string = $state('');
	readonly steps: number = orderSensitivity.steps;
	readonly seed: number = orderSensitivity.seeds[0] ?? 1;
	readonly #engine: LessonEngine;
	#stack = $state('');

	constructor(engine: LessonEngine) {
		this.#engine = engine;
	}

	get done(): number {
		return this.outcome ? stepsDone(this.outcome) : 0;
	}

	/** Training loss of both rows so far. */
	get curves(): { name: string; steps: readonly number[]; values: readonly number[] }[] {
		const names = [`yours: ${stackWords(this.#stack)}`, 'as in Llama 4'];
		return (this.outcome?.arms ?? []).map(({ history: { steps, losses } }, i) => ({
			name: names[i] ?? '',
			...{ steps, values: losses }
		}));
	}

	/** The upper end of the curves. */
	get top(): number {
		return Math.max(1e-3, ...this.curves.map(({ values }) => values[0] ?? 0)) * 1.1;
	}

	/** What came of it, for all readers. */
	get said(): string {
		if (this.isRunning || this.found.length === 0) return this.note;
		return this.found
			.map(
				({ name, first, middle }) =>
					`${name}: ${fixed(first, 1)} % right about which came first, ${fixed(middle, 1)} % about the middle.`
			)
			.join(' ');
	}

	async train(stack: string): Promise<void> {
		const { lab } = this.#engine;
		const trial = ownTrial(stack, this.seed);
		if (!lab || !trial || this.isRunning) return;
		this.#stack = stack;
		this.isRunning = true;
		this.note = '';
		this.found = [];
		const { outcome, why, note } = await lab.prove(trial, (now) => (this.outcome = now));
		this.outcome = outcome;
		this.isRunning = false;
		if (why !== 'done') {
			this.note =
				why === 'asked' ? 'Stopped half-way: nothing is measured, the curves stay.' : note;
			return;
		}
		const arms = outcome.arms.map((arm) => ({ ...arm, name: 'scout' }));
		this.found = arms.map((arm, i) => {
			const { first, middle } = measuredOf(orderSensitivity, { arms: [arm] }).scout;
			return { name: this.curves[i]?.name ?? '', first, middle };
		});
	}
}
