import type { Component } from 'svelte';
import { render } from 'svelte/server';

/** A figure as text, a line per element: words, shapes and places, without classes and colours. */
export function still<Props extends Record<string, unknown>>(
	figure: Component<Props>,
	props: Props
): string {
	const { body } = render(figure as Component, { props });
	return body
		.replace(/<!--.*?-->/gs, '')
		.replace(/ class="[^"]*"/g, '')
		.replace(/[\w-]+: var\([^;"]*;? ?/g, '')
		.replace(/ style=""/g, '')
		.replace(/\s+/g, ' ')
		.replace(/>\s*</g, '>\n<');
}
