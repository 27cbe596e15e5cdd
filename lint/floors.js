/** Turns floors.js into rules of the linter: for static and dynamic imports, workers and messages. */
import { FLOORS, HIDDEN_FROM_ROUTES, PAGE_WING, TENSOR_WING } from '../floors.js';

/** @typedef {{ regex: string, message: string }} Pattern what may not be imported, and why */

const TENSORS = {
	regex: '^@tensorflow/',
	message: `Tensors stay in ${TENSOR_WING.join(', ')} (see floors.js).`
};
const DRAWING = {
	regex: '^(svelte|d3|\\$app)(-|/|$)',
	message: `Drawing stays in ${PAGE_WING.join(', ')} and routes (see floors.js).`
};
const CLIMBING = {
	regex: '^\\.\\./',
	message: 'Cross a folder with $lib/…, so the floor you land on shows.'
};

/**
 * What may not be imported from a folder of src/lib.
 *
 * @param {string} floor
 * @param {readonly string[]} below the folders it may import
 * @returns {Pattern[]}
 */
function forbidden(floor, below) {
	const allowed = [floor, ...below];
	const others = Object.keys(FLOORS).filter((other) => !allowed.includes(other));
	return [
		{
			regex: `^\\$lib/(${others.join('|')})(/|$)`,
			message: `${floor} may import only ${allowed.join(', ')} (see floors.js).`
		},
		CLIMBING,
		...(TENSOR_WING.includes(floor) ? [] : [TENSORS]),
		...(PAGE_WING.includes(floor) ? [] : [DRAWING])
	];
}

/** Who may post messages. `postMessage(null)` carries nothing: it is a way to take turns, not a message. */
const MESSAGES = [
	{
		selector:
			'CallExpression:matches([callee.property.name="postMessage"], [callee.name="postMessage"]):not([arguments.0.raw="null"])',
		message: 'Messages pass through postCommand and postReply of protocol/messages.'
	}
];

/** Where a colour would be written into a script, an attribute or a style. */
const COLOURS = [
	'Literal[value=/^#[0-9a-f]{3,8}$/i]',
	'SvelteAttribute[key.name=/^(fill|stroke|color|style)$/] SvelteLiteral[value=/#[0-9a-f]{3,8}/i]',
	'SvelteStyleElement SvelteText[value=/:[^;{]*#[0-9a-f]{3,8}\\b/i]'
].map((selector) => ({
	selector,
	message: 'Colours are variables of app.css, so that light and dark agree.'
}));

/**
 * The same patterns for `import()` and for `new URL('…', import.meta.url)`, which is how a worker is named.
 *
 * @param {Pattern[]} patterns
 */
function dynamic(patterns) {
	return patterns.flatMap(({ regex, message }) => {
		const value = `[value=/${regex.replaceAll('/', '\\u002F')}/]`;
		return [
			{ selector: `ImportExpression > Literal.source${value}`, message },
			{ selector: `TSImportType Literal${value}`, message },
			{ selector: `NewExpression[callee.name="URL"] > Literal${value}:first-child`, message }
		];
	});
}

/**
 * @param {string[]} files
 * @param {Pattern[]} patterns
 * @returns {import('eslint').Linter.Config}
 */
function rulesFor(files, patterns, syntax = [...MESSAGES, ...COLOURS]) {
	return {
		files,
		rules: {
			'no-restricted-imports': ['error', { patterns }],
			'no-restricted-syntax': ['error', ...syntax, ...dynamic(patterns)]
		}
	};
}

/** Pages reach the model only through the lab and the worker they hand to it. */
const routes = rulesFor(
	['src/routes/**/*.{ts,svelte}'],
	[
		{
			regex: `^\\$lib/(${HIDDEN_FROM_ROUTES.join('|')})(/|$)`,
			message: 'Pages reach the model only through the lab (see floors.js).'
		},
		TENSORS
	]
);

/** The one file that may post messages. */
const messages = rulesFor(
	['src/lib/protocol/messages.ts'],
	forbidden('protocol', FLOORS.protocol ?? []),
	COLOURS
);

/** @type {import('eslint').Linter.Config[]} */
export const floorRules = [
	...Object.entries(FLOORS).map(([floor, below]) =>
		rulesFor([`src/lib/${floor}/**/*.{ts,svelte}`], forbidden(floor, below))
	),
	routes,
	messages
];
