import { attentionScale, type ScaleSettings } from '$lib/math/attention';
import { recordingOf, type Trace } from '$lib/protocol/trace';

/** What the last token of a text sees in the toy's NoPE layer, and what the toy says next. */
export interface Look {
	/** Scores of the query against every key, head by head. */
	scores: readonly (readonly number[])[];
	/** Logit of each token of the vocabulary. */
	logits: readonly number[];
}

/** A recorded look of a trained toy, with its words. */
export interface RecordedLook {
	name: string;
	seed: number;
	/** Training steps behind it. */
	steps: number;
	/** Index of the NoPE layer. */
	layer: number;
	/** The scale that the recorded scores hold. */
	settings: ScaleSettings;
	tokens: readonly number[];
	vocabulary: readonly string[];
	look: Look;
}

/** The look in a pass, or null where the trace lacks it. */
export function lookOf(trace: Trace, layer: number): Look | null {
	const scores = recordingOf(trace, 'attention.scores', layer);
	const logits = recordingOf(trace, 'logits');
	const [, heads = 0, size = 0] = scores?.shape ?? [];
	const vocabulary = logits?.shape[2] ?? 0;
	if (!scores || !logits || size === 0) return null;
	return {
		scores: Array.from({ length: heads }, (_, head) => {
			const start = (head * size + size - 1) * size;
			return Array.from(scores.data.subarray(start, start + size));
		}),
		logits: Array.from(logits.data.subarray(logits.data.length - vocabulary))
	};
}

/** Scores as they would be without any scale: exact, since the scale multiplies each score of the query. */
export function unscaled({ look, settings, tokens }: RecordedLook): readonly (readonly number[])[] {
	const scale = attentionScale(tokens.length - 1, settings);
	return look.scores.map((row) => row.map((score) => score / scale));
}
