/** The page in which workers compete: hands questions to them and answers back to the script in Node. */
import type { Answers, ContenderName, Question, Reply } from './contender';
import type { BackendName } from '$lib/protocol/messages';
import type { Work } from './works';

/** A worker and those who wait for its answers. */
interface Place {
	worker: Worker;
	waiting: Map<number, (reply: Reply) => void>;
}

const places = new Map<string, Place>();
let tickets = 0;

function placeOf(id: string): Place {
	const known = places.get(id);
	if (known) return known;
	const worker = new Worker(new URL('./bench.worker.ts', import.meta.url), { type: 'module' });
	const place: Place = { worker, waiting: new Map() };
	worker.onmessage = ({ data }: MessageEvent<Reply>) => {
		place.waiting.get(data.ticket)?.(data);
		place.waiting.delete(data.ticket);
	};
	worker.onerror = ({ message }) => {
		for (const give of place.waiting.values()) give({ ticket: 0, problem: message });
	};
	places.set(id, place);
	return place;
}

async function ask<Q extends Question>(id: string, question: Q): Promise<Answers[Q['type']]> {
	const { worker, waiting } = placeOf(id);
	const ticket = tickets++;
	const reply = await new Promise<Reply>((give) => {
		waiting.set(ticket, give);
		worker.postMessage({ ticket, question });
	});
	if (reply.problem !== undefined) throw new Error(`${id}: ${reply.problem}`);
	return reply.value as Answers[Q['type']];
}

/** Ends a worker, whatever it does. */
function close(id: string): void {
	places.get(id)?.worker.terminate();
	places.delete(id);
}

const weights = new Map<string, Float32Array[]>();

/** The first weights of a work, drawn once for all contenders. */
async function weightsOf(work: Work): Promise<Float32Array[]> {
	const known = weights.get(work.name);
	if (known) return known;
	const drawn = await ask('weights', { type: 'weights', work });
	close('weights');
	weights.set(work.name, drawn);
	return drawn;
}

/** What opening a contender gave. */
export interface Opened {
	/** What computes, in words. */
	about: string;
	/** Milliseconds from the worker's start to the end of the first training step. */
	firstStep: number;
	/** Loss of the first step, number 0. */
	loss: number;
}

/** Starts a contender in a worker of its own and makes its first step. */
async function open(
	id: string,
	contender: ContenderName,
	backend: BackendName,
	work: Work
): Promise<Opened> {
	const start = await weightsOf(work);
	const began = performance.now();
	const about = await ask(id, {
		type: 'open',
		opening: { contender, backend, work, weights: start }
	});
	const { losses } = await ask(id, { type: 'steps', first: 0, count: 1, ms: 0 });
	return { about, firstStep: performance.now() - began, loss: losses[0] ?? NaN };
}

/** What the script in Node reaches. */
export interface Arena {
	open: typeof open;
	ask: typeof ask;
	close: typeof close;
}

declare global {
	var arena: Arena;
}

globalThis.arena = { open, ask, close };
