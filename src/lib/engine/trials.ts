import { checkConfig } from '$lib/protocol/check';
import { NO_TICKET, type Reply, type Ticket } from '$lib/protocol/messages';
import type { Trial, TrialArm, TrialEnd, TrialNews } from '$lib/protocol/trial';
import { TASK_IDS, taskOf } from '$lib/tasks';
import { stepTrial } from '$lib/train/trial';
import { TrialProblem } from '$lib/train/trialProblem';
import { Refusal } from './refusal';

/** Milliseconds between two reports: one frame of the page. */
const FRAME = 16;

type Model = Pick<TrialArm, 'name' | 'config'>;

/** Runs the page's trials, one at a time: a new one ends the one before. */
export class Trials {
	readonly #post: (reply: Reply) => void;
	#ticket = NO_TICKET;
	#steps: AsyncGenerator<TrialNews, void> | null = null;
	#untold: TrialNews[] = [];
	#lastTold = 0;
	#isStopped = false;

	constructor(post: (reply: Reply) => void) {
		this.#post = post;
	}

	get isRunning(): boolean {
		return this.#steps !== null;
	}

	/** @throws Refusal if the trial cannot be run; the one before then goes on */
	async begin({ ticket, trial }: { ticket: Ticket; trial: Trial }): Promise<void> {
		requireFit(trial);
		this.stop();
		await this.turn();
		this.#isStopped = false;
		this.#ticket = ticket;
		this.#steps = stepTrial(trial);
	}

	/** Ends the trial at its next turn. */
	stop(): void {
		this.#isStopped = true;
	}

	/** One step of one arm, or the end. */
	async turn(): Promise<void> {
		if (!this.#steps) return;
		if (this.#isStopped) {
			await this.#steps.return();
			return this.#end('asked', '');
		}
		try {
			const { value, done } = await this.#steps.next();
			if (done) return this.#end('done', '');
			this.#untold.push(value);
			if (performance.now() - this.#lastTold >= FRAME) this.#tell();
		} catch (error) {
			if (!(error instanceof TrialProblem)) throw error;
			this.#end('notFinite', error.message);
		}
	}

	#tell(): void {
		this.#lastTold = performance.now();
		const news = this.#untold.splice(0);
		if (news.length > 0) this.#post({ type: 'trialProgress', ticket: this.#ticket, news });
	}

	#end(why: TrialEnd, note: string): void {
		this.#tell();
		this.#steps = null;
		this.#post({ type: 'trialDone', ticket: this.#ticket, why, note });
	}
}

/** @throws Refusal naming what is wrong with a trial */
function requireFit(trial: Trial): void {
	if (trial.kind === 'learn') return requireLearnable(trial.task, trial.steps, trial.arms);
	const { task, steps, teacher, students, temperature } = trial.plan;
	const models = students.map(({ name, model }) => ({ name, config: model }));
	requireLearnable(task, steps, [{ name: 'teacher', config: teacher.model }, ...models]);
	if (!(temperature > 0)) throw new Refusal('The distillation temperature has to be above 0.');
	if (taskOf(task).law([]) === null) throw new Refusal('The law of that task is not known.');
}

function requireLearnable(task: string, steps: number, arms: readonly Model[]): void {
	if (!TASK_IDS.some((id) => id === task)) {
		throw new Refusal(`There is no task “${task.slice(0, 24)}” to learn.`);
	}
	if (!(Number.isInteger(steps) && steps >= 0) || arms.length === 0) {
		throw new Refusal('A trial needs at least one arm and a whole number of steps.');
	}
	const needed = taskOf(task).vocabulary.length;
	for (const { name, config } of arms) {
		const problem = checkConfig(config);
		if (problem !== null) throw new Refusal(`${name}: ${problem}`);
		if (config.vocabulary < needed) {
			throw new Refusal(`${name} knows ${config.vocabulary} tokens and the task needs ${needed}.`);
		}
	}
}
