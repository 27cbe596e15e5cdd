import * as tf from '@tensorflow/tfjs-core';
import type { ModelConfig } from '$lib/protocol/config';
import { extendHistory, type StepRecord } from '$lib/protocol/history';
import type { Measured, Ticket } from '$lib/protocol/messages';
import { drawBatch } from '$lib/train/batch';
import { readReports, trainStep, type PendingReport } from '$lib/train/step';
import { countOperations } from './operations';
import { Refusal } from './refusal';
import type { Run } from './run';

/** Milliseconds between two reports: one frame of the page. */
const FRAME = 16;

/** A training that is under way. */
export interface Training {
	readonly ticket: Ticket;
	/** Steps still to do, Infinity until stopped. */
	left: number;
	/** Whether the latest forward pass is repeated along the way. */
	readonly follow: boolean;
	/** Set from outside: end after the present step. */
	stop: boolean;
	/** Steps whose numbers are still on the device. */
	readonly pending: PendingReport[];
	/** Steps not yet told to the page. */
	readonly untold: StepRecord[];
	lastRead: number;
	lastTold: number;
	/** Steps per second, smoothed. */
	rate: number;
	/** Operations of the latest step and milliseconds per step, the latter smoothed. */
	cost: Measured;
	/** Milliseconds spent on the pending steps. */
	spent: number;
	/** How often numbers were read under the present rules. The first time, programs were compiled. */
	reads: number;
	/** The model that `cost` is about. */
	config: ModelConfig;
}

/** What the page is to hear after a step. */
export interface TrainNews {
	/** Steps to tell now; empty while the frame is young. */
	records: StepRecord[];
	/** Why training has ended, or null while it goes on. */
	ended: { why: 'asked' | 'done' | 'notFinite'; note: string } | null;
}

/**
 * Begins to train.
 *
 * @param steps how many, or null until stopped
 * @throws Refusal if the task has tokens that the model lacks
 */
export function beginTraining(
	{ header, task }: Run,
	ticket: Ticket,
	steps: number | null,
	follow: boolean
): Training {
	const needed = task.vocabulary.length;
	const { vocabulary } = header.config;
	if (needed > vocabulary) {
		throw new Refusal(
			`This model knows ${vocabulary} tokens and “${task.title}” needs ${needed}, so it cannot train on it.`
		);
	}
	const now = performance.now();
	const left = steps ?? Infinity;
	return {
		...{ ticket, left, follow, stop: false, pending: [], untold: [] },
		...{ lastRead: now, lastTold: 0, rate: 0 },
		...{ cost: { operations: 0, ms: 0 }, spent: 0, reads: 0, config: header.config }
	};
}

/**
 * One training step, unless the training is to end. The run's state is replaced at once, its header
 * once the numbers are read: on a GPU only once per frame.
 */
export async function trainTurn(run: Run, training: Training): Promise<TrainNews> {
	const began = performance.now();
	if (!training.stop && training.left > 0) {
		const { header, task } = run;
		forgetCost(training, header.config);
		const { tokens } = drawBatch(task, header.train, header.seed, run.state.step);
		const { result, operations } = countOperations(() =>
			trainStep(run.state, header.config, header.train, tokens)
		);
		run.state = result.state;
		training.pending.push(result.report);
		training.cost = { ...training.cost, operations };
		training.left--;
	}
	const isOver = training.stop || training.left <= 0;
	training.spent += performance.now() - began;
	const age = performance.now() - training.lastRead;
	const problem = isOver || age >= FRAME || !isOnGpu() ? await readPending(run, training) : null;
	if (problem !== null) {
		return { records: tell(training), ended: { why: 'notFinite', note: problem } };
	}
	if (isOver) {
		const why = training.left <= 0 ? 'done' : 'asked';
		return { records: tell(training), ended: { why, note: '' } };
	}
	const isDue = performance.now() - training.lastTold >= FRAME;
	return { records: isDue ? tell(training) : [], ended: null };
}

/** Reads the numbers of all steps made and writes them into the header; a problem if there is one. */
async function readPending(run: Run, training: Training): Promise<string | null> {
	const began = performance.now();
	const reports = await readReports(training.pending.splice(0));
	const now = performance.now();
	const isWarm = ++training.reads > 2;
	noteTime(training, (training.spent + now - began) / Math.max(reports.length, 1), isWarm);
	const failed = reports.findIndex(({ problem }) => problem !== null);
	const good = failed < 0 ? reports : reports.slice(0, failed);
	const records = good.map(({ step, loss, load }) => ({ step, loss, load }));
	training.untold.push(...records);

	const rate = (1000 * reports.length) / Math.max(now - training.lastRead, 1);
	training.rate = isWarm ? 0.9 * training.rate + 0.1 * rate : rate;
	training.lastRead = now;

	const history = extendHistory(run.header.history, records);
	run.header = { ...run.header, history, step: run.state.step };
	return reports[failed]?.problem ?? null;
}

/** Another rule (a chunk) has another price: what was measured before says nothing of it. */
function forgetCost(training: Training, config: ModelConfig): void {
	if (training.config === config) return;
	training.config = config;
	training.cost = { operations: 0, ms: 0 };
	training.reads = 0;
}

/** Takes the milliseconds per step of the latest steps into the mean, or begins one with them. */
function noteTime(training: Training, ms: number, isWarm: boolean): void {
	const { cost } = training;
	training.cost = { ...cost, ms: isWarm ? 0.9 * cost.ms + 0.1 * ms : ms };
	training.spent = 0;
}

/** Copies of the untold steps: the page takes their arrays away, the history keeps its own. */
function tell(training: Training): StepRecord[] {
	training.lastTold = performance.now();
	return training.untold.splice(0).map((record) => ({ ...record, load: record.load.slice() }));
}

function isOnGpu(): boolean {
	return tf.getBackend() === 'webgl';
}
