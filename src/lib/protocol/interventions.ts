/** "What if?" in plain data: changes to one forward pass that leave the weights alone. */
export type Intervention =
	/** The expert answers zero to every token that the router sends it. */
	| { kind: 'silenceExpert'; layer: number; expert: number }
	/** The shared expert of a MoE layer answers zero. */
	| { kind: 'silenceShared'; layer: number }
	/** A query head's context is zero. */
	| { kind: 'silenceHead'; layer: number; head: number }
	/** The residual stream passes the layer by, unchanged. */
	| { kind: 'silenceLayer'; layer: number }
	/**
	 * The layer looks where this table says. Row-major over query × key, 1 where a query may look,
	 * as many rows and columns as the sequence has tokens.
	 */
	| { kind: 'mask'; layer: number; mask: Uint8Array<ArrayBuffer> };
