/** Lets contenders train side by side, a moment each in turn, so that noise hits all alike. */
import type { Page } from 'playwright-core';
import type { BackendName } from '$lib/protocol/messages';
import type { Answers, ContenderName, Counts, Memory, Question } from './contender';
import { quantile, spread, type Spread } from './spread';
import type { Stadium } from './stadium';
import type { Work } from './works';

/** One contender with its work. */
export interface Entry {
	contender: ContenderName;
	backend: BackendName;
	work: Work;
}

/** How much is measured. */
export interface Effort {
	/** Milliseconds of training before the clock counts, so that compilers have done their work. */
	warmUp: number;
	/** In each round every entry has one turn. */
	rounds: number;
	/** Milliseconds after which no further round begins; three are held at least. */
	limit: number;
	/** Milliseconds of training in a turn; one step at least. */
	slice: number;
	/** Passes without training. */
	passes: number;
	/** Milliseconds that a first step may take. */
	patience: number;
}

export interface Result extends Entry {
	/** What computes, in words. */
	about: string;
	/** Why there are no figures, or null. */
	unfinished: string | null;
	/** Milliseconds from the worker's start to the end of the first step. */
	firstStep: number;
	/** Milliseconds per training step. */
	step: Spread;
	/** Milliseconds per step in each turn: the median where a turn holds several. */
	turns: number[];
	/** Milliseconds per pass; null where none were asked for. */
	pass: Spread | null;
	counts: Counts | null;
	memory: Memory | null;
	/** Loss of every step, from number 0. */
	losses: number[];
}

/** Largest difference of losses at the same step. */
const AGREEMENT = 1e-3;

const LEAST_ROUNDS = 3;

const idOf = ({ contender, backend, work }: Entry) => `${contender} ${backend} ${work.name}`;

/** Asks a contender's worker. */
async function ask<Q extends Question>(
	page: Page,
	id: string,
	question: Q
): Promise<Answers[Q['type']]> {
	const answer: unknown = await page.evaluate(([to, what]) => arena.ask(to, what), [
		id,
		question
	] as const);
	return answer as Answers[Q['type']];
}

/** Opens an entry; says why where it cannot. */
async function open(page: Page, entry: Entry, patience: number): Promise<Result> {
	const id = idOf(entry);
	const empty = { step: spread([]), turns: [], pass: null, counts: null, memory: null };
	const asked = page.evaluate(
		([to, contender, backend, work]) =>
			arena.open(to, contender, backend, work).then(
				(opened) => ({ ...opened, problem: null }),
				(error: unknown) => ({ about: '', firstStep: NaN, loss: NaN, problem: String(error) })
			),
		[id, entry.contender, entry.backend, entry.work] as const
	);
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<null>((give) => {
		timer = setTimeout(() => give(null), patience);
	});
	const opened = await Promise.race([asked, late]);
	clearTimeout(timer);
	const problem = opened === null ? `no first step within ${patience / 1000} s` : opened.problem;
	if (opened === null || problem !== null) {
		await page.evaluate((to) => arena.close(to), id);
		return { ...entry, about: '', unfinished: problem, firstStep: NaN, losses: [], ...empty };
	}
	const { about, firstStep, loss } = opened;
	return { ...entry, about, unfinished: null, firstStep, losses: [loss], ...empty };
}

async function train(page: Page, result: Result, count: number, ms: number): Promise<number[]> {
	const question = { type: 'steps', first: result.losses.length, count, ms } as const;
	const { times, losses } = await ask(page, idOf(result), question);
	result.losses.push(...losses);
	return times;
}

/** Opens an entry that must run, or may be missing. */
async function openOrRefuse(page: Page, entry: Entry, patience: number): Promise<Result> {
	const result = await open(page, entry, patience);
	requireStart(result);
	return result;
}

/**
 * Opens all. Who may be missing comes first: what it has asked of WebGL goes on when it is given up on, so
 * the browser starts anew for the others.
 */
async function openAll(
	stadium: Stadium,
	entries: readonly Entry[],
	patience: number
): Promise<Result[]> {
	const results = new Map<Entry, Result>();
	const order = [...entries.filter(mayMiss), ...entries.filter((entry) => !mayMiss(entry))];
	for (const entry of order) {
		const result = await openOrRefuse(stadium.page, entry, patience);
		if (result.unfinished !== null) await stadium.restart();
		results.set(entry, result);
	}
	return entries.map((entry) => results.get(entry)!);
}

/**
 * Runs the entries against each other.
 *
 * @throws Error if one does not start that must, or if losses of the same work differ by more than 1e-3 at
 * any step
 */
export async function race(
	stadium: Stadium,
	entries: readonly Entry[],
	{ warmUp, rounds, limit, slice, passes, patience }: Effort
): Promise<Result[]> {
	const results = await openAll(stadium, entries, patience);
	const { page } = stadium;
	const running = results.filter(({ unfinished }) => unfinished === null);
	for (const result of running) await train(page, result, 1, warmUp);
	const times = new Map<Result, number[]>(running.map((result) => [result, []]));
	const began = performance.now();
	for (let round = 0; round < rounds; round++) {
		if (round >= LEAST_ROUNDS && performance.now() - began > limit) break;
		for (const result of orderOf(running, round)) {
			const own = await train(page, result, 1, slice);
			times.get(result)!.push(...own);
			result.turns.push(quantile(own, 0.5));
		}
	}
	requireAgreement(running);
	for (const [result, own] of times) {
		result.step = spread(own);
		await look(page, result, passes);
	}
	for (const result of running) await page.evaluate((to) => arena.close(to), idOf(result));
	return results;
}

/** What is measured after the race, one entry at a time. */
async function look(page: Page, result: Result, passes: number): Promise<void> {
	const id = idOf(result);
	if (passes > 0) {
		const all = await ask(page, id, { type: 'passes', count: passes + 1 });
		result.pass = spread(all.slice(1));
	}
	result.counts = await ask(page, id, { type: 'count', step: result.losses.length });
	result.memory = await ask(page, id, { type: 'memory' });
}

/**
 * Who trains when in a round: the first place moves on by one every second round, and every other round
 * goes backwards, so that nobody keeps a place or a forerunner.
 */
export function orderOf<T>(entries: readonly T[], round: number): T[] {
	const first = Math.floor(round / 2) % entries.length;
	const order = [...entries.slice(first), ...entries.slice(0, first)];
	return round % 2 === 0 ? order : order.reverse();
}

/** Only jax-js may be missing, and not on `wasm`: elsewhere its compiler takes long. */
const mayMiss = ({ contender, backend }: Pick<Entry, 'contender' | 'backend'>) =>
	contender === 'jax-js' && backend !== 'wasm';

/**
 * What has not started must be one that may be missing.
 *
 * @throws Error if another has not started
 */
export function requireStart(result: Pick<Result, 'unfinished' | keyof Entry>): void {
	if (result.unfinished === null || mayMiss(result)) return;
	throw new Error(`${idOf(result)} does not run: ${result.unfinished}`);
}

/**
 * Losses of the same work must be the same, step by step.
 *
 * @throws Error that names the step and both losses
 */
export function requireAgreement(results: readonly Pick<Result, 'losses' | keyof Entry>[]): void {
	for (const result of results) {
		const first = results.find(({ work }) => work.name === result.work.name)!;
		result.losses.forEach((loss, step) => {
			const other = first.losses[step] ?? loss;
			if (!(Math.abs(loss - other) <= AGREEMENT)) {
				throw new Error(
					`${idOf(result)} has the loss ${loss} at step ${step}, ${idOf(first)} has ${other}`
				);
			}
		});
	}
}

/** What is alive after a few steps and again after many more. */
export interface Endurance extends Entry {
	steps: number;
	before: Memory;
	after: Memory;
}

/** Trains for long and looks whether memory grows. */
export async function endure(page: Page, entry: Entry, steps: number): Promise<Endurance> {
	const result = await openOrRefuse(page, entry, 60_000);
	const memory = () => ask(page, idOf(entry), { type: 'memory' });
	await train(page, result, 20, 0);
	const before = await memory();
	await train(page, result, steps, 0);
	const after = await memory();
	await page.evaluate((to) => arena.close(to), idOf(entry));
	if (!before || !after) throw new Error(`${idOf(entry)} does not tell what it holds`);
	return { ...entry, steps, before, after };
}
