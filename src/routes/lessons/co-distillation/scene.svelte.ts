import { DISTILL_CHOICES, WATCHED } from '$lib/experiments/softTargets';
import type { SoftWeight } from '$lib/math/distill';
import { random } from '$lib/math/random';
import type { DistillFrame } from '$lib/protocol/distill';
import type { DistillTrial } from '$lib/protocol/trial';
import type { PullScene } from '$lib/views/pulls';
import type { Lesson } from '../lesson.svelte';
import { PRESETS, readCurve } from './curve';
import type { LessonData } from './data';
import type { KEYS } from './keys';
import { Live } from './live.svelte';
import { passTrial, weightTrial } from './trials';

/** Names of the students with constant weights, in their order. */
export const STUDENTS = ['next tokens only', 'half and half', 'teacher only'] as const;
export const CONSTANT_RULES: readonly SoftWeight[] = [0, 0.5, 1].map((weight) => ({
	kind: 'constant',
	weight
}));

/** What a run was made with. */
export interface RunKind {
	/** The rule of each student. */
	rules: readonly SoftWeight[];
	/** Steps of the whole run. */
	last: number;
	/** Distillation temperature. */
	temperature: number;
}

/** A finished run of the learner's rule: where each student ended. */
export interface OwnRun {
	rule: string;
	seed: number;
	steps: number;
	ends: readonly number[];
}

export class Scene {
	readonly lesson: Lesson<typeof KEYS>;
	readonly data: LessonData;
	/** What the hand is on, beside what is pinned in the link. */
	hoveredToken: number | null = $state(null);
	/** A moment under the pointer, as a share of the run. */
	glance: number | null = $state(null);
	/** The bars or arrows that the formula lights up, or null. */
	lit: string | null = $state(null);
	readonly passes = new Live();
	readonly own = new Live();
	readonly free = new Live();
	/** The run that has answered the last prediction; the next prediction is about the next run. */
	answered: DistillTrial | null = $state.raw(null);
	/** Finished runs of the learner's rules, oldest first. */
	runs: readonly OwnRun[] = $state.raw([]);

	constructor(lesson: Lesson<typeof KEYS>, data: LessonData) {
		this.lesson = lesson;
		this.data = data;
	}

	get id(): string {
		return this.lesson.current.id;
	}

	/** The text whose next token is watched. */
	get watched(): string {
		return WATCHED.map((token) => this.data.texts[token] ?? '')
			.join('')
			.trim();
	}

	get pinned(): number | null {
		const { token } = this.lesson.values;
		return token === '' ? null : Number(token);
	}

	get token(): number | null {
		return this.hoveredToken ?? this.pinned;
	}

	pin(token: number): void {
		this.lesson.values.token = this.pinned === token ? '' : `${token}`;
	}

	/** The next tokens drawn from the law so far; the last one is the text's. */
	readonly drawn: readonly number[] = $derived.by(() => {
		const source = random(7, 3);
		return Array.from({ length: this.lesson.values.draws }, () => {
			let rest = source.next();
			return Math.max(
				0,
				this.data.law.findIndex((share) => (rest -= share) < 0)
			);
		});
	});

	/** The frame that is looked at: under the pointer, pinned, or where the step begins. */
	placeIn(frames: readonly DistillFrame[], last: number): number {
		const { look } = this.lesson.values;
		const share = this.glance ?? (look === '' ? (this.id === 'columns' ? 0.3 : 1) : +look / 100);
		const distances = frames.map(({ step }) => Math.abs(step - share * last));
		return Math.max(0, distances.indexOf(Math.min(...distances)));
	}

	/** What the bars show at a frame, for a student of a run. */
	pull(frame: DistillFrame, student: number, { rules, last, temperature }: RunKind): PullScene {
		const { texts, law } = this.data;
		const counts = new Float64Array(texts.length);
		for (const token of this.drawn) counts[token]! += 1 / this.drawn.length;
		return {
			...{ texts, truth: law, next: this.drawn.at(-1) ?? 0, drawn: counts, temperature },
			rule: rules[student] ?? { kind: 'constant', weight: 0 },
			teacherLogits: frame.teacher.logits,
			studentLogits: frame.students[student]?.logits ?? [],
			progress: frame.step / Math.max(1, last)
		};
	}

	/** The rule of the learner's student. */
	get rule(): SoftWeight {
		const { rule, curve } = this.lesson.values;
		return rule === 'drawn' ? { kind: 'drawn', points: readCurve(curve) } : { kind: rule };
	}

	/** Its name, for people. */
	get ruleName(): string {
		const { rule, curve } = this.lesson.values;
		if (rule === 'confidence') return 'by teacher confidence';
		if (rule === 'gap') return 'by teacher–student gap';
		return PRESETS.find((preset) => preset.curve === curve)?.name ?? `drawn ${curve}`;
	}

	/** The learner's run under the flawed teacher: next tokens only, a fixed half, and the rule. */
	ownTrial(): DistillTrial {
		const { steps, seed } = this.lesson.values;
		return weightTrial({ steps, seed }, this.rule);
	}

	/** The same with everything else as the learner has it. */
	freeTrial(): DistillTrial {
		const { steps, seed, noise, tau, width, sees, batch, ahead, own } = this.lesson.values;
		const headStart = Math.round(ahead * steps);
		const teacher = { teacherWidth: width, teacherChunk: sees, headStart, noise };
		return weightTrial(
			{ ...{ steps, seed, batch, temperature: tau, ownEvery: own }, ...teacher },
			this.rule
		);
	}

	/** One student beside its teacher, to count passes. */
	passTrial(): DistillTrial {
		const { ahead, own } = this.lesson.values;
		return passTrial(DISTILL_CHOICES.seed, ahead, own);
	}

	/** Keeps where a finished run of the learner's ended. */
	keep(live: Live, rule: string): void {
		const ends = live.frames.at(-1)?.students.map(({ divergence }) => divergence);
		if (!live.isDone || !ends || !live.trial) return;
		const { seed, steps } = live.trial;
		this.runs = [...this.runs, { rule, seed, steps, ends }];
	}

	release(): void {
		this.lesson.values.token = '';
		this.lesson.values.look = '';
	}
}
