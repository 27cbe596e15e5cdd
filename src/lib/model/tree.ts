import * as tf from '@tensorflow/tfjs-core';

/**
 * Weights are plain objects and arrays with tensors at the leaves: no classes, no hidden state.
 * Strings (a layer's kind) and null (no output matrix of its own) are part of the form, not leaves.
 */
export type Tree = tf.Tensor | string | null | readonly Tree[] | { readonly [name: string]: Tree };

/** What a weight tree looks like to the functions here: an object or array of branches. */
type Branches = object;

/** The leaves in a fixed order: object keys as written, arrays by index. */
export function leaves(tree: Branches): tf.Tensor[] {
	const found: tf.Tensor[] = [];
	mapTree(tree as Tree, '', (leaf) => {
		found.push(leaf);
		return leaf;
	});
	return found;
}

/** The path of each leaf, such as `layers.0.attention.q_DP`, in the order of `leaves`. */
export function leafNames(tree: Branches): string[] {
	const names: string[] = [];
	mapTree(tree as Tree, '', (leaf, name) => {
		names.push(name);
		return leaf;
	});
	return names;
}

/**
 * A tree of the same form with other leaves, taken in the order of `leaves`.
 *
 * @throws RangeError if there are more or fewer values than leaves
 */
export function withLeaves<T extends Branches>(tree: T, values: readonly tf.Tensor[]): T {
	let next = 0;
	const rebuilt = mapTree(tree as Tree, '', () => {
		const value = values[next++];
		if (!value) throw new RangeError(`too few leaves: ${values.length}`);
		return value;
	});
	if (next < values.length) throw new RangeError(`${values.length - next} leaves too many`);
	return rebuilt as T;
}

/** Calls `change` on every leaf, with its path, and builds the tree of its answers. */
function mapTree(
	tree: Tree,
	name: string,
	change: (leaf: tf.Tensor, name: string) => tf.Tensor
): Tree {
	if (tree === null || typeof tree === 'string') return tree;
	if (tree instanceof tf.Tensor) return change(tree, name);
	const inside = (key: string | number) => (name ? `${name}.${key}` : String(key));
	if (Array.isArray(tree)) {
		return tree.map((branch: Tree, i) => mapTree(branch, inside(i), change));
	}
	return Object.fromEntries(
		Object.entries(tree).map(([key, branch]) => [key, mapTree(branch, inside(key), change)])
	);
}
