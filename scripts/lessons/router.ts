import { evaluateRun } from '$lib/engine/evaluation';
import { trace } from '$lib/engine/pass';
import { adjustRun, disposeRun, type Run } from '$lib/engine/run';
import { expertAnswer } from '$lib/math/feedForward';
import { tokenLosses } from '$lib/math/tokenLosses';
import type { Intervention } from '$lib/protocol/interventions';
import { gradientOf, recordingOf, type Recording, type Trace } from '$lib/protocol/trace';
import { writeTrace } from '$lib/protocol/traceFile';
import { rowOf } from '$lib/views/pass';
import { sortingOf } from '$lib/views/sorting';
import { DRAWN_POINTS, type RecordedRouter } from '../../src/routes/lessons/router/recorded';
import { openToy } from './toy';

const TOY = 'scout-toy';
const TEXT = 'Hello, I am Ada. How are you? I am happy, thanks,';
/** The layer whose experts matter most to this toy. */
const LAYER = 0;
const SEQUENCES = 64;

/** Runs the toy, whole and with each part of the layer silenced, on the backend at hand. */
export async function recordRouter(): Promise<RecordedRouter> {
	const run = openToy(TOY);
	try {
		const tokens = run.task.encode(TEXT).tokens;
		const plain = await pass(run, tokens);
		const onOutput = adjustRun(run, { ...run.header.settings, gate: 1 });
		const { experts } = run.header.config;
		const parts = [null, ...Array.from({ length: experts }, (_, expert) => expert)];
		const silenced = [];
		for (const expert of parts) silenced.push(await silence(run, tokens, expert));
		const { seed, step, config } = run.header;
		return {
			...{ toy: TOY, steps: step, seed, layer: LAYER, vocabulary: config.vocabulary },
			texts: Array.from(tokens, (token) => run.task.vocabulary[token] ?? '?'),
			trace: writeTrace({ ...plain, recordings: plain.recordings.filter(isDrawn) }),
			gradient: Array.from(gradientOf(plain, 'router.logits', LAYER)?.data ?? [], rounded),
			losses: lossesOf(plain),
			fullLengths: fullLengths(await pass(onOutput, tokens)),
			bends: await bendsOf(run, plain),
			heldOut: rounded((await evaluateRun(run, SEQUENCES, [])).loss),
			sequences: SEQUENCES,
			silenced
		};
	} finally {
		disposeRun(run);
	}
}

async function pass(
	run: Run,
	tokens: Int32Array<ArrayBuffer>,
	interventions: readonly Intervention[] = []
): Promise<Trace> {
	const asked = { tokens, points: DRAWN_POINTS, interventions, chunk: null };
	return (await trace(run, { ...asked, gradients: ['router.logits'] })).trace;
}

async function silence(run: Run, tokens: Int32Array<ArrayBuffer>, expert: number | null) {
	const interventions: Intervention[] = [
		expert === null
			? { kind: 'silenceShared', layer: LAYER }
			: { kind: 'silenceExpert', layer: LAYER, expert }
	];
	const without = await pass(run, tokens, interventions);
	const { loss } = await evaluateRun(run, SEQUENCES, interventions);
	return { expert, losses: lossesOf(without), heldOut: rounded(loss) };
}

/** The layer in focus. The logits of the vocabulary are in the losses. */
const isDrawn = ({ layer, point }: Recording) => layer === LAYER && point !== 'logits';

const rounded = (value: number) => Number(value.toPrecision(5));

function lossesOf(plain: Trace): (number | null)[] {
	const logits = recordingOf(plain, 'logits')?.data ?? new Float32Array();
	return Array.from(tokenLosses(logits, plain.tokens), (loss) =>
		Number.isNaN(loss) ? null : rounded(loss)
	);
}

/** How long each token's answer is at eleven gates, by the formula of an expert and the toy's weights. */
async function bendsOf(run: Run, plain: Trace): Promise<number[][]> {
	const weights = run.state.params.layers[LAYER]?.feedForward;
	const sorting = sortingOf(plain, LAYER);
	if (weights?.kind !== 'moe' || !sorting) throw new RangeError('the layer has no experts');
	const [gateUp_EDF, down_EFD] = await Promise.all([
		weights.gateUp_EDF.data<'float32'>(),
		weights.down_EFD.data<'float32'>()
	]);
	return sorting.routing.chosen.map(([expert = 0], token) => {
		const x = Float64Array.from(rowOf(sorting.normed, token));
		const lengths = Array.from({ length: 11 }, (_, tenth) =>
			Math.hypot(
				...expertAnswer(x, tenth / 10, expert, { gateUp_EDF, down_EFD }, run.header.config)
			)
		);
		return lengths.map((length) => rounded(length / (lengths.at(-1) ?? NaN)));
	});
}

/** With the gate on the output, an answer over its gate is what the expert says to the whole token. */
function fullLengths(onOutput: Trace): number[] {
	const answers = recordingOf(onOutput, 'experts.routed', LAYER);
	const gates = recordingOf(onOutput, 'router.chosenGate', LAYER);
	if (!answers || !gates) throw new RangeError('the pass lacks what the experts answered');
	const width = answers.shape[1] ?? 1;
	return Array.from(gates.data, (gate, token) => {
		const answer = answers.data.subarray(token * width, (token + 1) * width);
		return rounded(Math.hypot(...answer) / gate);
	});
}
