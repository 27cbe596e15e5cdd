import type { Reply } from '$lib/protocol/messages';
import {
	emptyOutcome,
	extendOutcome,
	type Trial,
	type TrialEnd,
	type TrialOutcome
} from '$lib/protocol/trial';
import { LabState } from './labState.svelte';
import type { Question } from './wire';

/** How a trial ended, and what it found until then. */
export interface Proof {
	outcome: TrialOutcome;
	/** `lost`: the engine died; `outdated`: a newer trial took its place. */
	why: TrialEnd | 'refused' | 'lost' | 'outdated';
	/** One sentence where it did not run to its end by itself, else empty. */
	note: string;
}

/** What a lab does beside its model: trials, one at a time. The model keeps its weights; its training waits. */
export abstract class LabProofs extends LabState {
	/** Whether a trial is running. */
	proving: boolean = $state(false);
	/** Tells the latest trial from earlier ones. */
	#proof = {};

	/** Asks the engine; null where it died or the question is outdated. */
	protected abstract readonly ask: (question: Question) => Promise<Reply | null>;

	/**
	 * Runs a trial; a newer one ends it. Never rejects, and what was found before an end is kept.
	 *
	 * @param onprogress hears all that is known so far, once per frame at most
	 */
	async prove(trial: Trial, onprogress?: (outcome: TrialOutcome) => void): Promise<Proof> {
		const mine = (this.#proof = {});
		let outcome = emptyOutcome(trial);
		this.ontrial = (news) => {
			outcome = extendOutcome(outcome, news);
			onprogress?.(outcome);
		};
		this.proving = true;
		const answer = await this.ask({ type: 'trial', trial });
		const isLatest = mine === this.#proof;
		if (isLatest) this.proving = false;
		if (answer?.type === 'trialDone') return { outcome, why: answer.why, note: answer.note };
		if (answer?.type === 'failed') return { outcome, why: 'refused', note: answer.message };
		if (!isLatest) return { outcome, why: 'outdated', note: 'A newer run took its place.' };
		return {
			outcome,
			why: 'lost',
			note: 'The engine stopped during the run: please run it again.'
		};
	}

	/** Ready without a model, for a page that only runs trials. */
	standBy(): true {
		this.hasTried = true;
		this.showState();
		return true;
	}

	/** Ends the trial after its present step; its `Proof` says `asked`. */
	stopProving(): void {
		void this.ask({ type: 'stop', what: 'trial' });
	}
}
