import { trialOf, type Experiment } from '$lib/experiments/experiment';
import {
	DISTILL_CHOICES,
	distillPlan,
	WATCHED,
	type DistillChoices
} from '$lib/experiments/softTargets';
import type { SoftWeight } from '$lib/math/distill';
import { random } from '$lib/math/random';
import { distillTrial, framesOf, type DistillFrame } from '$lib/protocol/distill';
import type { Trial } from '$lib/protocol/trial';
import type { PullScene } from '$lib/views/pulls';
import type { LessonEngine } from '../engine.svelte';
import { choiceKey, numberKey, textKey } from '../keys';
import type { Lesson } from '../lesson.svelte';
import { readCurve } from './curve';
import type { LessonData } from './data';

/** What a teacher's link may take away or fix. */
export const CONTROLS = {
	weight: 'Soft weight',
	draw: 'Draw the next token',
	ahead: 'Head start of the teacher',
	own: 'Text of the students alone',
	curve: 'Drawn curve',
	noise: 'Flaw of the teacher',
	tau: 'Distillation temperature',
	width: 'Width of the teacher',
	sees: 'How far the teacher sees',
	batch: 'Sequences of the students',
	steps: 'Steps',
	run: 'Run'
};

export const KEYS = {
	w: numberKey('The soft weight', { min: 0, max: 1, by: 0.05, initial: 0.5 }),
	drawn: numberKey('The draw', { min: 0, max: 999, initial: 0 }),
	show: choiceKey('The curve to show', ['distance', 'hard', 'soft', 'total'], 'distance'),
	ahead: numberKey('The head start', { min: 0, max: 900, by: 50, initial: 0 }),
	own: numberKey('The text of the students alone', { min: 0, max: 10, initial: 0 }),
	rule: choiceKey('The rule', ['drawn', 'confidence', 'gap'], 'drawn'),
	curve: textKey('The curve', /^[0-9a-]{9}$/, 'a--7--2-0'),
	noise: numberKey('The flaw', { min: 0, max: 0.9, by: 0.05, initial: 0.35 }),
	tau: numberKey('The distillation temperature', { min: 0.5, max: 5, by: 0.5, initial: 1 }),
	width: numberKey('The width of the teacher', { min: 8, max: 48, by: 8, initial: 32 }),
	sees: numberKey('How far the teacher sees', { min: 1, max: 16, initial: 16 }),
	batch: numberKey('The sequences of the students', { min: 1, max: 16, initial: 4 }),
	steps: numberKey('The steps', { min: 60, max: 900, by: 60, initial: 600 })
};

/** A run in this page: what it has found so far. */
export class Live {
	frames: readonly DistillFrame[] = $state.raw([]);
	isRunning: boolean = $state(false);
	/** One sentence on how it ended, or empty. */
	note: string = $state('');
	/** Steps of the whole run. */
	last: number = $state(1);
	isDone: boolean = $state(false);

	async start(engine: LessonEngine, trial: Trial): Promise<void> {
		const { lab } = engine;
		if (!lab) return;
		Object.assign(this, { frames: [], note: '', isRunning: true, isDone: false });
		this.last = trial.steps;
		const { outcome, why, note } = await lab.prove(trial, (now) => {
			if (now.arms[0]!.probed.length > this.frames.length) this.frames = framesOf(now.arms);
		});
		this.frames = framesOf(outcome.arms);
		this.isRunning = false;
		this.isDone = why === 'done';
		const at = this.frames.at(-1)?.step ?? 0;
		this.note =
			why === 'asked' ? `Stopped at step ${at}: what stands here was found until then.` : note;
	}
}

export class Scene {
	readonly lesson: Lesson<typeof KEYS>;
	readonly data: LessonData;
	/** The moment of a run that is looked at; null: its end. */
	at: number | null = $state(null);
	pinned: number | null = $state(null);
	hovered: number | null = $state(null);
	readonly proof = new Live();
	readonly own = new Live();

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

	get token(): number | null {
		return this.hovered ?? this.pinned;
	}

	/** The next token of the text: drawn from the law, another for each draw. */
	get next(): number {
		let rest = random(7, this.lesson.values.drawn).next();
		const drawn = this.data.law.findIndex((share) => (rest -= share) < 0);
		return Math.max(0, drawn);
	}

	/** What the bars show at a frame, for a student and its rule. */
	pull(frame: DistillFrame, student: number, rule: SoftWeight, last: number): PullScene {
		const { texts, law } = this.data;
		return {
			...{ texts, truth: law, next: this.next, rule, temperature: this.lesson.values.tau },
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

	/** The learner's run: next tokens only, a fixed half, and the rule. */
	ownTrial(): Trial {
		const { steps, noise, tau, width, sees, batch, ahead, own } = this.lesson.values;
		const choices: DistillChoices = {
			...{ ...DISTILL_CHOICES, steps, noise, temperature: tau, teacherWidth: width, batch },
			...{ teacherChunk: sees, headStart: Math.min(ahead, steps), ownEvery: own }
		};
		const constant = (weight: number) => ({ kind: 'constant', weight }) as const;
		const weights = { hard: constant(0), half: constant(0.5), drawn: this.rule };
		return distillTrial(distillPlan(choices, weights));
	}

	proofTrial(experiment: Experiment): Trial {
		return trialOf(experiment, this.data.seed);
	}

	free(): void {
		this.pinned = null;
	}
}
