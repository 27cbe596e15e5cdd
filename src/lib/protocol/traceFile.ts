import { HOOK_POINTS, type HookPoint, type Recording, type Trace } from './trace';

/**
 * A trace as JSON text, to be kept in a file: `{ step, tokens, recordings: [{ layer, point, shape,
 * data }] }`. Numbers carry four significant digits, one more than a figure shows, at a third of the size.
 *
 * @throws RangeError if a recording holds a number that is not finite, which JSON cannot hold
 */
export function writeTrace({ step, tokens, recordings }: Trace): string {
	return JSON.stringify({
		step,
		tokens: [...tokens],
		recordings: recordings.map(({ layer, point, shape, data }) => ({
			layer,
			point,
			shape,
			data: Array.from(data, (value) => fourDigits(value, point))
		}))
	});
}

function fourDigits(value: number, point: HookPoint): number {
	if (!Number.isFinite(value)) throw new RangeError(`${point} holds ${value}, not a number`);
	return Number(value.toPrecision(4));
}

/**
 * The trace in a text that `writeTrace` wrote.
 *
 * @throws SyntaxError if the text is no JSON
 * @throws TypeError naming the first part that is missing or does not fit
 */
export function readTrace(text: string): Trace {
	const file: unknown = JSON.parse(text);
	const { step, tokens, recordings } = record(file, 'the trace');
	if (typeof step !== 'number') throw new TypeError('the trace has no step');
	if (!isNumbers(tokens)) throw new TypeError('the trace has no tokens');
	if (!Array.isArray(recordings)) throw new TypeError('the trace has no recordings');
	return { step, tokens: Int32Array.from(tokens), recordings: recordings.map(readRecording) };
}

function readRecording(value: unknown, index: number): Recording {
	const { layer, point, shape, data } = record(value, `recording ${index}`);
	if (layer !== null && typeof layer !== 'number') {
		throw new TypeError(`recording ${index} names no layer`);
	}
	if (!isPoint(point)) throw new TypeError(`recording ${index} has an unknown point`);
	if (!isNumbers(shape) || !isNumbers(data)) {
		throw new TypeError(`recording ${index} (${point}) has no shape or no data`);
	}
	const size = shape.reduce((product, length) => product * length, 1);
	if (size !== data.length) {
		throw new TypeError(`recording ${index} (${point}) holds ${data.length} of ${size} numbers`);
	}
	return { layer, point, shape, data: Float32Array.from(data) };
}

function record(value: unknown, name: string): Record<string, unknown> {
	if (typeof value !== 'object' || value === null) throw new TypeError(`${name} is no object`);
	return value as Record<string, unknown>;
}

function isPoint(value: unknown): value is HookPoint {
	return typeof value === 'string' && Object.hasOwn(HOOK_POINTS, value);
}

function isNumbers(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((entry) => typeof entry === 'number');
}
