/**
 * The house: which folder of src/lib may import which. A folder may always import itself.
 * Everything a folder may not import is forbidden by eslint.config.js.
 *
 * @type {Record<string, readonly string[]>}
 */
export const FLOORS = {
	// Ground floor: plain numbers and plain data, no tensors and no page.
	math: [],
	llama4: ['math'],
	tasks: ['math'],
	protocol: ['math'],
	experiments: ['math', 'llama4', 'tasks', 'protocol'],
	// Tensor wing: the only code that may import TensorFlow.js.
	kernels: ['math'],
	model: ['math', 'protocol', 'kernels'],
	train: ['math', 'tasks', 'protocol', 'model', 'kernels'],
	engine: ['math', 'tasks', 'protocol', 'model', 'train', 'kernels'],
	// Page wing: the only code that may import svelte or d3.
	views: ['math', 'llama4', 'protocol'],
	lab: ['math', 'tasks', 'protocol', 'experiments']
};

export const TENSOR_WING = ['kernels', 'model', 'train', 'engine'];
export const PAGE_WING = ['views', 'lab'];

/** Folders that pages reach only through the lab and the worker. */
export const HIDDEN_FROM_ROUTES = ['kernels', 'model', 'train'];
