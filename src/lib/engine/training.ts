import * as tf from '@tensorflow/tfjs-core';
import { extendHistory, type StepRecord } from '$lib/protocol/history';
import type { Ticket } from '$lib/protocol/messages';
import { drawBatch } from '$lib/train/batch';
import { readReports, trainStep, type PendingReport } from '$lib/train/step';
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
		...{ lastRead: now, lastTold: 0, rate: 0 }
	};
}

/**
 * One training step, unless the training is to end. The run's state is replaced at once, its header
 * once the numbers are read: on a GPU only once per frame.
 */
export async function trainTurn(run: Run, training: Training): Promise<TrainNews> {
	if (!training.stop && training.left > 0) {
		const { header, task } = run;
		const { tokens } = drawBatch(task, header.train, header.seed, run.state.step);
		const { state, report } = trainStep(run.state, header.config, header.train, tokens);
		run.state = state;
		training.pending.push(report);
		training.left--;
	}
	const isOver = training.stop || training.left <= 0;
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
	const reports = await readReports(training.pending.splice(0));
	const failed = reports.findIndex(({ problem }) => problem !== null);
	const good = failed < 0 ? reports : reports.slice(0, failed);
	const records = good.map(({ step, loss, load }) => ({ step, loss, load }));
	training.untold.push(...records);

	const now = performance.now();
	const rate = (1000 * reports.length) / Math.max(now - training.lastRead, 1);
	training.rate = training.rate === 0 ? rate : 0.9 * training.rate + 0.1 * rate;
	training.lastRead = now;

	const history = extendHistory(run.header.history, records);
	run.header = { ...run.header, history, step: run.state.step };
	return reports[failed]?.problem ?? null;
}

/** Copies of the untold steps: the page takes their arrays away, the history keeps its own. */
function tell(training: Training): StepRecord[] {
	training.lastTold = performance.now();
	return training.untold.splice(0).map((record) => ({ ...record, load: record.load.slice() }));
}

function isOnGpu(): boolean {
	return tf.getBackend() === 'webgl';
}
