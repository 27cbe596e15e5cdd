import { readFileSync } from 'node:fs';
import { chunkWalls } from '$lib/experiments/chunkWalls';
import { measuredOf } from '$lib/experiments/experiment';
import proof from '$lib/experiments/recorded/chunkWalls.json';
import { softmax } from '$lib/math/softmax';
import { readHfConfig } from '$lib/protocol/hfConfig';
import { SEED_EXAMPLE, taskOf } from '$lib/tasks';
import type { LessonData } from './data';
import { numbersOf } from './numbers';
import recorded from './recorded.json';
import { wordsOf } from './words';

const TOY = 'static/toys/scout-toy';

interface TraceFile {
	tokens: number[];
	recordings: { point: string; shape: number[]; data: number[] }[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(`${TOY}/${file}`, 'utf8'));

/** What the recorded pass of the toy expected: the loss of each token, and what comes after the last. */
function passOf({ tokens, recordings }: TraceFile): LessonData['pass'] {
	const logits = recordings.find(({ point }) => point === 'logits');
	const width = logits?.shape.at(-1) ?? 1;
	const shares = tokens.map((_, t) =>
		softmax(logits?.data.slice(t * width, (t + 1) * width) ?? [])
	);
	const losses = tokens.map((token, t) =>
		t === 0 ? null : Number((-Math.log(shares[t - 1]?.[token] ?? 0)).toFixed(4))
	);
	const weights = recordings
		.filter(({ point }) => point === 'attention.pattern')
		.map(({ data }) => meanOfHeads(data, tokens.length ** 2));
	const next = Array.from(shares.at(-1) ?? [], (share) => Number(share.toFixed(5)));
	return { tokens, losses, weights, next };
}

/** The mean of the attention patterns of a layer's heads, each of `cells` numbers. */
function meanOfHeads(patterns: readonly number[], cells: number): number[] {
	const heads = patterns.length / cells;
	return Array.from({ length: cells }, (_, cell) => {
		const own = Array.from(
			{ length: heads },
			(_unused, head) => patterns[head * cells + cell] ?? 0
		);
		return Number((own.reduce((sum, weight) => sum + weight, 0) / heads).toFixed(3));
	});
}

/** Right answers of the recorded runs, in percent, one per seed. */
function needleRuns(): { chunked: number[]; open: number[] } {
	const runs = proof.seeds.map((seed) => measuredOf(chunkWalls, seed));
	return {
		chunked: runs.map(({ chunked }) => chunked.accuracy),
		open: runs.map(({ scout }) => scout.accuracy)
	};
}

/** Everything that the lesson draws before its engine has come. Read at build time only. */
export function load(): LessonData {
	const { stacks, row } = recorded;
	const { config } = readHfConfig(read('config.json'));
	const { vocabulary } = taskOf('tales');
	const needle = taskOf('needle');
	const pass = passOf(read('trace.json') as TraceFile);
	const asked = needle.encode(
		' hay hay hay gold hay hay hay hay hay hay hay hay hay hay? gold hay hay hay hay hay hay? gold hay hay hay hay hay hay? gold'
	);
	const numbers = numbersOf({ stacks, needle: needleRuns() });
	const six = SEED_EXAMPLE.tokens;
	return {
		words: wordsOf(numbers),
		numbers,
		rows: {
			...{
				wall: six,
				kinds: six,
				decode: six,
				stack: row,
				open: row.slice(0, 32),
				cost: row,
				free: row
			},
			needle: Array.from(asked.tokens, (token) => needle.vocabulary[token] ?? ''),
			draw: pass.tokens.map((token) => vocabulary[token] ?? '')
		},
		...{ stacks, pass, proof, vocabulary, config }
	};
}
