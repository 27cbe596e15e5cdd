/**
 * Who may look at whom, and how sharply: the attention rules of iRoPE on plain numbers.
 * The model builds its tensors from these functions and the views draw from them, so a picture of
 * the rule and the rule itself cannot drift apart.
 */

/**
 * How far a layer looks back: inside its own chunk (RoPE layers), at every earlier position (NoPE
 * layers), or at the last `chunk` positions (sliding; not Llama 4, for comparison).
 */
export type AttentionScope =
	{ kind: 'chunked'; chunk: number } | { kind: 'sliding'; chunk: number } | { kind: 'global' };

/** A table of 0/1, one row per query position, one column per key position. */
export interface Mask {
	/** Rows. */
	queries: number;
	/** Columns. */
	keys: number;
	/** Row-major: `allowed[query * keys + key]` is 1 where the query may attend to the key. */
	allowed: Uint8Array<ArrayBuffer>;
}

/** The scope of a layer from its name and the chunk length of the model, in positions. */
export function attentionScope(kind: AttentionScope['kind'], chunk: number): AttentionScope {
	return kind === 'global' ? { kind } : { kind, chunk };
}

/**
 * Whether a query position may attend to a key position, both absolute from 0: never to the future,
 * in a chunked layer never across a chunk wall, in a sliding one never `chunk` or more back.
 *
 * Source: `create_chunked_attention_mask`, meta-llama/llama-models, models/llama4/model.py;
 * sliding: `sliding_window_overlay`, huggingface/transformers, masking_utils.py.
 */
export function mayAttend(query: number, key: number, scope: AttentionScope): boolean {
	return key <= query && key >= firstVisible(query, scope);
}

/** The earliest position that a query position may attend to. */
export function firstVisible(query: number, scope: AttentionScope): number {
	switch (scope.kind) {
		case 'chunked':
			return query - (query % scope.chunk);
		case 'sliding':
			return Math.max(0, query - scope.chunk + 1);
		case 'global':
			return 0;
	}
}

/**
 * The mask of a whole sequence: `size` queries over the same `size` keys.
 *
 * @throws RangeError if `size` or the chunk is not a whole number of at least 1
 */
export function attentionMask(size: number, scope: AttentionScope): Mask {
	return decodeMask({ firstQuery: 0, queries: size, firstKey: 0, keys: size }, scope);
}

/** Which absolute positions take part in one decode call: the new queries, and the keys at hand. */
export interface DecodeSpan {
	firstQuery: number;
	queries: number;
	firstKey: number;
	keys: number;
}

/**
 * The mask of a decode call: a block of new queries over the keys that the cache kept and those of
 * the block itself. For one token and a full cache it is the last row of `attentionMask`.
 *
 * @throws RangeError if a count or the chunk is not a whole number of at least 1, or a first
 * position not one of at least 0
 */
export function decodeMask(span: DecodeSpan, scope: AttentionScope): Mask {
	const { firstQuery, queries, firstKey, keys } = span;
	requireWhole('firstQuery', firstQuery, 0);
	requireWhole('firstKey', firstKey, 0);
	requireWhole('queries', queries, 1);
	requireWhole('keys', keys, 1);
	if (scope.kind !== 'global') requireWhole('chunk', scope.chunk, 1);
	const allowed = new Uint8Array(queries * keys);
	for (let row = 0; row < queries; row++) {
		const query = firstQuery + row;
		const from = Math.max(0, firstVisible(query, scope) - firstKey);
		const to = Math.min(keys, query - firstKey + 1);
		if (from < to) allowed.fill(1, row * keys + from, row * keys + to);
	}
	return { queries, keys, allowed };
}

/**
 * How many keys a layer's cache holds after `length` positions: all of them in a global layer, the
 * last `chunk - 1` in the others. A query that comes next can need no more.
 *
 * Source: `DynamicSlidingWindowLayer.update`, huggingface/transformers, cache_utils.py.
 */
export function keptKeys(length: number, scope: AttentionScope): number {
	return scope.kind === 'global' ? length : Math.min(length, scope.chunk - 1);
}

/** What one layer's cache does while the token at one position is written. */
export interface DecodeStep {
	/** Absolute position of the first key at hand: the oldest one kept, or the token's own. */
	firstKey: number;
	/** Keys at hand: those kept from before and the token's own. */
	keys: number;
	/** How many of them the token sees. The others are kept behind a wall, in vain. */
	visible: number;
	/** How many are kept for the next token. */
	kept: number;
}

/**
 * The cache of a layer while a text is written token by token: what is at hand at an absolute
 * position, what of it is visible, what stays. Just behind a wall a chunked layer still holds keys of
 * the chunk before, and the mask hides them all.
 *
 * Source: `DynamicSlidingWindowLayer.update`, huggingface/transformers, cache_utils.py. Meta's own
 * decode keeps every key and builds no mask for a single token.
 */
export function decodeStep(position: number, scope: AttentionScope): DecodeStep {
	const before = keptKeys(position, scope);
	return {
		firstKey: position - before,
		keys: before + 1,
		visible: position - firstVisible(position, scope) + 1,
		kept: keptKeys(position + 1, scope)
	};
}

/**
 * How many pairs of query and key a layer computes over `length` positions: the ones in its mask,
 * counted without building it, so that it also holds for ten million positions.
 */
export function visiblePairs(length: number, scope: AttentionScope): number {
	const triangle = (size: number) => (size * (size + 1)) / 2;
	switch (scope.kind) {
		case 'chunked': {
			const rest = length % scope.chunk;
			return ((length - rest) / scope.chunk) * triangle(scope.chunk) + triangle(rest);
		}
		case 'sliding': {
			const first = Math.min(length, scope.chunk);
			return triangle(first) + (length - first) * scope.chunk;
		}
		case 'global':
			return triangle(length);
	}
}

/** Settings of the query scale of NoPE layers ("temperature tuning"). */
export interface ScaleSettings {
	/** Positions before the scale first rises; 8192 in Llama 4. */
	floorScale: number;
	/** How fast the scale grows, per natural log; 0.1 in Llama 4. */
	attnScale: number;
}

/**
 * Factor on the query at an absolute position (from 0) of a NoPE layer, without unit:
 * `1 + attnScale · ln(1 + floor((position + 1) / floorScale))`. It is 1 up to position
 * `floorScale - 2` and first rises at `floorScale - 1`.
 *
 * Source: `Attention.forward`, meta-llama/llama-models, models/llama4/model.py, after
 * Nakanishi 2025, arXiv:2501.19399.
 */
export function attentionScale(position: number, { floorScale, attnScale }: ScaleSettings): number {
	return 1 + attnScale * Math.log1p(Math.floor((position + 1) / floorScale));
}

/** @throws RangeError unless `value` is a whole number of at least `least` */
function requireWhole(name: string, value: number, least: number): void {
	if (!Number.isInteger(value) || value < least) {
		throw new RangeError(`${name} must be a whole number of at least ${least}, got ${value}`);
	}
}
