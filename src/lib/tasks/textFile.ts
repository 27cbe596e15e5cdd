/** Largest text taken, in bytes: 2 MB. */
export const LARGEST_TEXT = 2 * 1024 * 1024;

/** A text, perhaps with a sentence on how it was read; or the sentence that says why there is none. */
export type TextFile = { text: string; note: string | null } | { problem: string };

/**
 * Reads the bytes of a text or CSV file. UTF-8, or UTF-16 with its mark at the front; bytes that are
 * not UTF-8 are read as Windows-1252, what older spreadsheets write, and the note says so. Line
 * breaks of any kind become `\n`. A CSV file is text like any other: its rows are lines.
 */
export function readTextFile(bytes: Uint8Array): TextFile {
	if (bytes.length > LARGEST_TEXT) {
		return { problem: `The file has ${megabytes(bytes.length)}; at most 2 MB fit.` };
	}
	const { text, note } = decodeText(bytes);
	if (looksBinary(text)) {
		return { problem: 'This file holds no plain text; save it as .txt or .csv and try again.' };
	}
	if (text.trim() === '') return { problem: 'The file is empty: there is nothing to learn from.' };
	return { text: text.replace(/\r\n?/g, '\n'), note };
}

/** Bytes as megabytes to two digits after the point, rounded up so that "too large" stays true. */
function megabytes(bytes: number): string {
	return `${(Math.ceil((bytes / (1024 * 1024)) * 100) / 100).toFixed(2)} MB`;
}

function decodeText(bytes: Uint8Array): { text: string; note: string | null } {
	const [a, b] = bytes;
	if (a === 0xff && b === 0xfe) return { text: decoder('utf-16le').decode(bytes), note: null };
	if (a === 0xfe && b === 0xff) return { text: decoder('utf-16be').decode(bytes), note: null };
	try {
		return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), note: null };
	} catch {
		const text = decoder('windows-1252').decode(bytes);
		return { text, note: 'The file is not UTF-8, so it was read as Windows-1252.' };
	}
}

const decoder = (label: string) => new TextDecoder(label);

/** Whether a text has control characters that no text file needs: any NUL, or more than 1 in 100. */
function looksBinary(text: string): boolean {
	let controls = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === 0) return true;
		// Tab, line feed, vertical tab, form feed and carriage return are 9 to 13.
		if (code < 9 || (code > 13 && code < 32) || (code > 126 && code < 160)) controls++;
	}
	return controls * 100 > text.length;
}
