import { encode } from 'uqr';

/** Beyond this version the squares get too small for a phone across a classroom. */
const LARGEST_VERSION = 22;

/** The dark squares of a QR code, as the path of an SVG. */
export interface QrCode {
	/** Squares along one side, the quiet border included. */
	size: number;
	path: string;
}

/** The QR code of a text; null where the text is too long for one that can be read. */
export function qrOf(text: string): QrCode | null {
	try {
		const { size, data } = encode(text, { ecc: 'L', border: 4, maxVersion: LARGEST_VERSION });
		const squares = data.flatMap((row, y) =>
			row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : []))
		);
		return { size, path: squares.join('') };
	} catch {
		return null;
	}
}
