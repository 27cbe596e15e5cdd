import { readFileSync } from 'node:fs';
import { trace } from '$lib/engine/pass';
import { disposeRun } from '$lib/engine/run';
import type { Trace } from '$lib/protocol/trace';
import { toyPath } from '../toys/files';
import { KEYS } from '../../src/routes/lessons/irope/keys';
import { RIPPLE_POINTS, rippleOf, swapped } from '../../src/routes/lessons/irope/toyRows';
import { openToy } from './toy';

const TOY = 'scout-toy';

/** How far each change of places reaches in the toy: by its place, then by height and token. */
export async function recordRipples(): Promise<{ ripples: number[][][] }> {
	const file = readFileSync(toyPath(TOY, 'trace.json'), 'utf8');
	const { tokens } = JSON.parse(file) as { tokens: number[] };
	const run = openToy(TOY);
	const pass = async (text: readonly number[]): Promise<Trace> => {
		const asked = { tokens: Int32Array.from(text), points: RIPPLE_POINTS, gradients: [] };
		return (await trace(run, { ...asked, interventions: [], chunk: null })).trace;
	};
	try {
		const before = await pass(tokens);
		const ripples: number[][][] = [];
		for (let swap = KEYS.swap.min; swap <= KEYS.swap.max; swap++) {
			const rows = rippleOf(before, await pass(swapped(tokens, swap)), swap);
			ripples.push(rows.map((row) => row.map((change) => Number(change.toPrecision(4)))));
		}
		return { ripples };
	} finally {
		disposeRun(run);
	}
}
