import { dynamicWeights } from '$lib/experiments/dynamicWeights';
import { softTargets } from '$lib/experiments/softTargets';
import { framesOf, type DistillFrame } from '$lib/protocol/distill';
import { stepsDone } from '$lib/protocol/trial';
import { Proving } from '../proving.svelte';
import type { Scene } from './scene.svelte';

/** The two experiments of the lesson, as they are run in the page. */
export class Proofs {
	readonly soft: Proving;
	readonly open: Proving;
	/** Steps at which the learner draws the course of a student. */
	readonly places = [0, 1, 2, 3, 4, 5, 6].map((i) => (i * softTargets.steps) / 6);
	readonly #scene: Scene;

	constructor(scene: Scene) {
		this.#scene = scene;
		this.soft = new Proving(softTargets, scene.data.recorded.softTargets);
		this.open = new RecordedFirst(dynamicWeights, scene.data.recorded.dynamicWeights);
	}

	/** The frames of the live run; none before it. */
	readonly frames: readonly DistillFrame[] = $derived.by(() =>
		framesOf(this.soft.outcome?.arms ?? [])
	);

	/** Whether the learner may see how the students with a teacher fared. */
	get isSoftShown(): boolean {
		return this.#scene.lesson.moment > 0 || this.soft.live.length > 0;
	}

	/** Whether the learner may see the other seeds. */
	get isOpenShown(): boolean {
		const { moment, predictions } = this.#scene.lesson;
		return moment > 0 || predictions.of('open') !== null;
	}

	/** Whether the recorded run is shown, with all its students. */
	get isSoftRecorded(): boolean {
		return this.#scene.lesson.moment > 0 && this.frames.length === 0;
	}

	/** The distance of the student that hears the teacher only, where it was to be drawn; once it is shown. */
	get courseOfSoft(): readonly number[] | null {
		const { data } = this.#scene;
		const shown = this.isSoftRecorded ? data.frames : this.soft.measured ? this.frames : null;
		if (!shown) return null;
		const students = shown.map(({ step, students: all }) => ({ step, one: all[2] }));
		return this.places.map(
			(place) => students.findLast(({ step }) => step <= place)?.one?.divergence ?? NaN
		);
	}

	/** Steps that a run under way has done. */
	stepOf(proving: Proving): number {
		return proving.outcome ? stepsDone(proving.outcome) : 0;
	}
}

/** An experiment whose recorded seeds stand on the page: what is run here are further ones. */
class RecordedFirst extends Proving {
	override get nextSeed(): number {
		return Math.max(...this.experiment.seeds) + 1 + this.live.length;
	}
}
