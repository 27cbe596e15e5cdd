import { attentionMask, type AttentionScope, type Mask } from './attention';

/**
 * How far the layers of a model look, as one letter per layer, first layer first: `c` chunked, `s`
 * sliding, `g` global. Llama 4 is `cccg` again and again.
 */
export type Stack = string;

const SCOPES = { c: 'chunked', s: 'sliding', g: 'global' } as const;
type Letter = keyof typeof SCOPES;

/** What each layer of a stack sees. Unknown letters count as chunked. */
export function stackScopes(stack: Stack, chunk: number): AttentionScope[] {
	return [...stack].map((letter) => {
		const kind = SCOPES[letter as Letter] ?? 'chunked';
		return kind === 'global' ? { kind } : { kind, chunk };
	});
}

/** The masks of a stack over `size` positions. Layers of one kind share theirs. */
export function stackMasks(stack: Stack, chunk: number, size: number): Mask[] {
	const made = new Map<string, Mask>();
	return stackScopes(stack, chunk).map((scope) => {
		const mask = made.get(scope.kind) ?? attentionMask(size, scope);
		made.set(scope.kind, mask);
		return mask;
	});
}

/** The stack with one letter changed to the next kind: chunked, global, sliding and round again. */
export function turned(stack: Stack, layer: number, kinds: string): Stack {
	const at = kinds.indexOf(stack[layer] ?? '');
	const next = kinds[(at + 1) % kinds.length] ?? 'c';
	return stack.slice(0, layer) + next + stack.slice(layer + 1);
}

/** The stack with one layer taken out and put at another place. */
export function movedLayer(stack: Stack, from: number, to: number): Stack {
	const letter = stack[from];
	if (letter === undefined) return stack;
	const rest = stack.slice(0, from) + stack.slice(from + 1);
	return rest.slice(0, to) + letter + rest.slice(to);
}
