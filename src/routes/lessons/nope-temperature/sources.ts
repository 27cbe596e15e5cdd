/** How far each picture of the lesson can be trusted, and where to check it. */
export const BADGES = {
	hay: {
		kind: 'simplified',
		source: 'one head, and every straw has the same score; the softmax is the real one.'
	},
	contest: {
		kind: 'simplified',
		source:
			'one head with equal straws, and a gap that is ours; scale and softmax as in Attention.forward, models/llama4/model.py, meta-llama/llama-models.'
	},
	stairs: {
		kind: 'exact',
		source: 'Attention.forward, models/llama4/model.py, meta-llama/llama-models.'
	},
	layers: {
		kind: 'exact',
		source:
			'TransformerBlock.__init__ and create_chunked_attention_mask, models/llama4/model.py, meta-llama/llama-models.'
	},
	trained: {
		kind: 'ours',
		source:
			'task, sizes and a floor_scale of 32; the scale is that of Attention.forward, models/llama4/model.py, meta-llama/llama-models.'
	},
	few: {
		kind: 'ours',
		source: 'scores and scale chosen by us; the softmax is the real one.'
	}
} as const;
