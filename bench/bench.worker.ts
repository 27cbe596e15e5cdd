/** One contender in a worker of its own, as the site's engine lives in one. */
import type { BackendName } from '$lib/protocol/messages';
import type { Answers, Contender, Opening, Question, Reply } from './contender';
import { rendererName } from './renderer';
import { tokensOf, type Work } from './works';

// The page's compiler settings know `self` as a window; here it is a worker.
declare const self: {
	readonly crossOriginIsolated: boolean;
	postMessage(message: Reply): void;
	onmessage: (event: MessageEvent<{ ticket: number; question: Question }>) => void;
};

/** Starts a backend of TensorFlow.js exactly as the site's engine does, and says what computes. */
async function startBackend(name: BackendName): Promise<string> {
	if (name === 'webgl') {
		await (await import('$lib/engine/webgl')).startWebgl(true, () => undefined);
		return rendererName();
	}
	if (name === 'wasm')
		return `${(await (await import('$lib/engine/wasm')).startWasm()).threads} thread`;
	await (await import('$lib/engine/backend')).startCpu();
	return '1 thread';
}

async function open(opening: Opening): Promise<{ contender: Contender; about: string }> {
	if (opening.contender === 'jax-js') {
		const { openJaxJs } = await import('./jaxJs');
		const threads = self.crossOriginIsolated ? navigator.hardwareConcurrency : 1;
		const about = opening.backend === 'webgl' ? rendererName() : `up to ${threads} threads`;
		return { contender: await openJaxJs(opening, opening.backend), about };
	}
	const about = await startBackend(opening.backend);
	return { contender: (await openers[opening.contender]())(opening), about };
}

const openers = {
	ours: async () => (await import('./ours')).openOurs,
	plain: async () => (await import('./plain')).openPlain,
	layer: async () => (await import('./layer')).openLayer
};

/** First weights as the site draws them. */
async function drawWeights({ config, seed }: Work): Promise<Float32Array[]> {
	await startBackend('cpu');
	const { initParams } = await import('$lib/model/init');
	const { leaves } = await import('$lib/model/tree');
	return leaves(initParams(config, seed)).map((leaf) => leaf.dataSync<'float32'>());
}

let opened: { contender: Contender; work: Work } | null = null;

function current(): { contender: Contender; work: Work } {
	if (!opened) throw new Error('nothing is open');
	return opened;
}

/** Milliseconds of each run. */
async function timesOf(count: number, run: (i: number) => Promise<void>): Promise<number[]> {
	const times: number[] = [];
	for (let i = 0; i < count; i++) {
		const began = performance.now();
		await run(i);
		times.push(performance.now() - began);
	}
	return times;
}

async function trainFor(
	contender: Contender,
	work: Work,
	{ first, count, ms }: Extract<Question, { type: 'steps' }>
): Promise<Answers['steps']> {
	const [times, losses]: [number[], number[]] = [[], []];
	for (let passed = 0; times.length < count || passed < ms; passed += times.at(-1)!) {
		const tokens = tokensOf(work, first + times.length);
		const began = performance.now();
		losses.push(await contender.step(tokens));
		times.push(performance.now() - began);
	}
	return { times, losses };
}

async function answer(question: Question): Promise<Answers[keyof Answers]> {
	switch (question.type) {
		case 'weights':
			return drawWeights(question.work);
		case 'open': {
			const { contender, about } = await open(question.opening);
			opened = { contender, work: question.opening.work };
			return about;
		}
		case 'steps': {
			const { contender, work } = current();
			return trainFor(contender, work, question);
		}
		case 'passes': {
			const { contender, work } = current();
			const tokens = tokensOf(work, 0);
			return timesOf(question.count, () => contender.pass(tokens));
		}
		case 'count':
			return current().contender.count(tokensOf(current().work, question.step));
		case 'memory':
			return current().contender.memory();
	}
}

self.onmessage = ({ data: { ticket, question } }) => {
	answer(question).then(
		(value) => self.postMessage({ ticket, value }),
		(error: unknown) => self.postMessage({ ticket, problem: String(error) })
	);
};
