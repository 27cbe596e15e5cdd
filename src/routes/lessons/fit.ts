import type { Keys } from './keys';
import type { Lesson } from './lesson.svelte';

/** No moment of a lesson needs less on a screen of 1280 × 720: below it a class reads too little from afar. */
const LEAST = 0.85;
const BY = 0.05;

/**
 * Keeps what a class sees on one screen: the type is as large as `app.css` says for the screen, and gives way
 * where a step needs the room. Within a step it never grows again, so that nothing jumps.
 */
export function fitToScreen(
	lesson: Pick<Lesson<Keys>, 'presenter' | 'current'>
): (content: HTMLElement) => (() => void) | undefined {
	// The step is read here, so that each begins large.
	return (content) => (lesson.presenter && lesson.current ? fitting(content) : undefined);
}

/** Fits some content whenever its size changes; the answer ends that. */
function fitting(content: HTMLElement): () => void {
	const root = document.documentElement;
	let zoom: number | null = null;
	const restore = () => {
		zoom = null;
		root.style.removeProperty('--zoom');
	};
	const fit = () => {
		// On a narrow window words and figure stand below one another: it scrolls.
		if (innerWidth <= 1000) return;
		zoom ??= Number(getComputedStyle(root).getPropertyValue('--zoom'));
		while (zoom > LEAST && root.scrollHeight > innerHeight) {
			zoom = Math.max(LEAST, zoom - BY);
			root.style.setProperty('--zoom', zoom.toFixed(2));
		}
	};
	const watch = new ResizeObserver(fit);
	watch.observe(content);
	addEventListener('resize', restore);
	return () => {
		watch.disconnect();
		removeEventListener('resize', restore);
		restore();
	};
}
