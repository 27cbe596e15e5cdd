const KEY = 'llamascope-tab';

/** The name of this tab, the same after a reload; a new one where the browser keeps none. */
export function readTab(): string {
	try {
		return sessionStorage.getItem(KEY) ?? newTab();
	} catch {
		return newTab();
	}
}

/** Keeps the name of this tab for the next load. */
export function writeTab(tab: string): void {
	try {
		sessionStorage.setItem(KEY, tab);
	} catch {
		// Without storage there is nothing to find after a reload either.
	}
}

function newTab(): string {
	return crypto.getRandomValues(new Uint32Array(2)).join('-');
}
