import * as tf from '@tensorflow/tfjs-core';
import type { Params } from '$lib/model/params';
import type { StepRecord } from '$lib/protocol/history';
import {
	emptyOutcome,
	extendOutcome,
	type LearnTrial,
	type Trial,
	type TrialArm,
	type TrialNews,
	type TrialOutcome
} from '$lib/protocol/trial';
import { taskOf, type Task } from '$lib/tasks';
import { drawBatch } from './batch';
import { distill } from './distillTrial';
import { probe } from './probe';
import { disposeState, initState, type TrainState } from './state';
import { readReports, trainStep, type PendingReport } from './step';
import { TrialProblem } from './trialProblem';

/** Steps between two looks at the numbers of a GPU: each look waits for all work asked for so far. */
const GPU_STEPS = 8;

/**
 * Runs a trial, one step of one arm at a time. It owns its tensors: they are freed at its end, and where
 * the caller ends it before (`return`, or a `for await` that is left).
 *
 * @throws TrialProblem if a loss is not finite; RangeError if there is no such task
 */
export function stepTrial(trial: Trial): AsyncGenerator<TrialNews, void> {
	switch (trial.kind) {
		case 'learn':
			return learn(trial, taskOf(trial.task));
		case 'distill':
			return distill(trial);
	}
}

/** Runs a whole trial. */
export async function runTrial(trial: Trial): Promise<TrialOutcome> {
	let outcome = emptyOutcome(trial);
	for await (const news of stepTrial(trial)) outcome = extendOutcome(outcome, [news]);
	return outcome;
}

/** An arm under way. */
interface Learner extends TrialArm {
	state: TrainState;
	/** Steps whose numbers are not read yet. */
	pending: PendingReport[];
}

async function* learn(trial: LearnTrial, task: Task): AsyncGenerator<TrialNews, void> {
	const learners: Learner[] = [];
	try {
		for (const arm of trial.arms) {
			learners.push({ ...arm, state: initState(arm.config, trial.seed), pending: [] });
		}
		for (let step = 0; step <= trial.steps; step++) {
			for (const [arm, learner] of learners.entries()) {
				if (isProbed(step, trial)) {
					const records = await readPending(learner);
					const numbers = await probeAll(learner, trial, task);
					yield { arm, records, probed: [{ step, numbers }] };
				}
				if (step === trial.steps) continue;
				train(learner, trial, task);
				const isDue = tf.getBackend() !== 'webgl' || learner.pending.length === GPU_STEPS;
				yield { arm, records: isDue ? await readPending(learner) : [], probed: [] };
			}
		}
	} finally {
		for (const { state, pending } of learners) {
			disposeState(state);
			tf.dispose(pending.map(({ numbers }) => numbers));
		}
	}
}

function isProbed(step: number, { steps, every }: LearnTrial): boolean {
	return step === steps || (every > 0 && step % every === 0);
}

function train(learner: Learner, { seed }: LearnTrial, task: Task): void {
	const { tokens } = drawBatch(task, learner.train, seed, learner.state.step);
	const { state, report } = trainStep(learner.state, learner.config, learner.train, tokens);
	learner.state = state;
	learner.pending.push(report);
}

async function readPending({ name, pending }: Learner): Promise<StepRecord[]> {
	const reports = await readReports(pending.splice(0));
	const problem = reports.find((report) => report.problem !== null)?.problem;
	if (problem) throw new TrialProblem(`${name}: ${problem}`);
	return reports.map(({ step, loss, load }) => ({ step, loss, load }));
}

async function probeAll(
	{ state, config }: { state: { params: Params }; config: TrialArm['config'] },
	{ probes, seed }: LearnTrial,
	task: Task
): Promise<Record<string, number>> {
	const numbers: Record<string, number> = {};
	for (const one of probes) {
		Object.assign(numbers, await probe(one, { params: state.params, config, task, seed }));
	}
	return numbers;
}
