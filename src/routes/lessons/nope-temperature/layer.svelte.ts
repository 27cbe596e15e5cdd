import { softmax } from '$lib/math/softmax';
import type { Lab } from '$lib/lab/lab.svelte';
import { LessonEngine } from '../engine.svelte';
import { lookOf, unscaled, type Look, type RecordedLook } from './recorded';
import { STRONG, type Rule } from './state';

/** The toy's NoPE layer under a rule of the learner's, computed by the engine in this page. */
export class LiveLayer {
	readonly recorded: RecordedLook;
	readonly engine: LessonEngine;
	/** The last query without any scale; recorded until the engine has computed it. */
	base: Look;
	/** The same under a rule, or null before one was tried. */
	tried: { rule: Rule; look: Look } | null = $state.raw(null);
	/** Whether `base` comes from the engine of this page. */
	isLive: boolean = $state(false);
	/** The rule that is asked for and not yet answered. */
	pending: Rule | null = $state(null);
	#wanted: Rule = 'none';

	constructor(recorded: RecordedLook) {
		this.recorded = recorded;
		this.base = $state.raw({ scores: unscaled(recorded), logits: recorded.look.logits });
		this.engine = new LessonEngine({
			open: (lab) => lab.openToy(recorded.name),
			onready: (lab) => void this.#begin(lab)
		});
	}

	/** Computes the layer under a rule, now or as soon as the engine is there. */
	try(rule: Rule): void {
		this.#wanted = rule;
		const { lab } = this.engine;
		if (!this.isLive || !lab) this.pending = rule;
		else void this.#compute(lab, rule);
	}

	/** How much the largest weight of a head grew under a rule; null while that rule is not computed. */
	changeOf(rule: Rule, head: number): number | null {
		if (this.tried?.rule !== rule) return null;
		return largestChange(this.base.scores[head] ?? [], this.tried.look.scores[head] ?? []);
	}

	/** How much it grows, by formula, when a number is added to every score. */
	addedBy(head: number): number {
		const scores = this.base.scores[head] ?? [];
		return largestChange(
			scores,
			scores.map((score) => score + STRONG)
		);
	}

	async #begin(lab: Lab): Promise<void> {
		const look = await this.#pass(lab, 'none');
		if (!look) return;
		this.base = look;
		this.isLive = true;
		if (this.#wanted !== 'none') await this.#compute(lab, this.#wanted);
	}

	async #compute(lab: Lab, rule: Rule): Promise<void> {
		this.pending = rule;
		const look = rule === 'none' ? this.base : await this.#pass(lab, rule);
		if (rule !== this.#wanted) return;
		this.pending = null;
		if (look) this.tried = { rule, look };
	}

	/** A pass under a rule; the weights stay. */
	async #pass(lab: Lab, rule: Rule): Promise<Look | null> {
		const { layer, tokens } = this.recorded;
		if (!lab.model) return null;
		const scale = { attnScale: rule === 'none' ? 0 : STRONG, scale: rule === 'add' ? 1 : 0 };
		if (!(await lab.rebuild({ ...lab.model.settings, ...scale }))) return null;
		if (!(await lab.forward(tokens, { points: ['attention.scores', 'logits'] }))) return null;
		return lab.trace ? lookOf(lab.trace, layer) : null;
	}
}

/** How much the weight that was the largest grew. */
function largestChange(before: readonly number[], after: readonly number[]): number {
	const [was, is] = [softmax(before), softmax(after)];
	const largest = was.indexOf(Math.max(...was));
	return (is[largest] ?? NaN) - (was[largest] ?? NaN);
}
