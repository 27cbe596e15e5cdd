import type * as tf from '@tensorflow/tfjs-core';
import type { LeafPlan, Params, ParamsPlan } from './params';

/** The plan of each leaf with its path in the tree, in the order of `leaves`. */
export function planLeaves(plan: ParamsPlan): { name: string; plan: LeafPlan }[] {
	const found: { name: string; plan: LeafPlan }[] = [];
	visit(plan, '', (leaf, name) => {
		found.push({ name, plan: leaf });
		return leaf;
	});
	return found;
}

/** Weights of a plan: asks for every leaf's tensor, in the order of `leaves`. */
export function fillPlan(plan: ParamsPlan, fill: (leaf: LeafPlan) => tf.Tensor): Params {
	return visit(plan, '', fill) as Params;
}

/** Calls `change` on every leaf, with its path, and builds the tree of its answers. */
function visit(
	tree: unknown,
	name: string,
	change: (leaf: LeafPlan, name: string) => unknown
): unknown {
	if (tree === null || typeof tree !== 'object') return tree;
	if ('fanIn' in tree) return change(tree as LeafPlan, name);
	const inside = (key: string | number) => (name ? `${name}.${key}` : String(key));
	if (Array.isArray(tree)) return tree.map((branch, i) => visit(branch, inside(i), change));
	return Object.fromEntries(
		Object.entries(tree).map(([key, branch]) => [key, visit(branch, inside(key), change)])
	);
}
