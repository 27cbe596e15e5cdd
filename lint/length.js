/**
 * Keeps files and functions short: a file, a component or a function past its limit is refused, unless a
 * comment at its head says `Long because …` and gives the reason.
 *
 * @typedef {import('eslint').Rule.RuleContext} Context
 * @typedef {import('eslint').Rule.Node} Node
 */

/** @type {import('eslint').Rule.RuleModule} */
export const length = {
	meta: {
		type: 'suggestion',
		docs: { description: 'files and functions short enough to read, or a reason at the head' },
		schema: [
			{
				type: 'object',
				properties: { file: { type: 'integer' }, function: { type: 'integer' } },
				additionalProperties: false
			}
		],
		messages: {
			file: '{{ lines }} lines, {{ limit }} at most: split it, or write "Long because …" in the comment at its head.',
			function:
				'This function has {{ lines }} lines, {{ limit }} at most: split it, or write "Long because …" in the comment before it.'
		}
	},
	create(context) {
		const limits = /** @type {{ file?: number, function?: number }[]} */ (context.options)[0];
		const checkFunction = (/** @type {Node} */ node) =>
			checkFunctionLength(context, node, limits?.function ?? Infinity);
		return {
			'Program:exit': () => checkFileLength(context, limits?.file ?? Infinity),
			FunctionDeclaration: checkFunction,
			FunctionExpression: checkFunction,
			ArrowFunctionExpression: checkFunction
		};
	}
};

/**
 * @param {Context} context
 * @param {number} limit in lines, comments and blank ones included
 */
function checkFileLength(context, limit) {
	const { lines, text } = context.sourceCode;
	const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
	if (count <= limit || givesReason(headOf(text))) return;
	const data = { lines: `${count}`, limit: `${limit}` };
	context.report({ loc: { line: limit + 1, column: 0 }, messageId: 'file', data });
}

/**
 * @param {Context} context
 * @param {Node} node
 * @param {number} limit in lines
 */
function checkFunctionLength(context, node, limit) {
	const count = node.loc ? node.loc.end.line - node.loc.start.line + 1 : 0;
	if (count <= limit || hasReasonBefore(context, node)) return;
	const data = { lines: `${count}`, limit: `${limit}` };
	context.report({ node, messageId: 'function', data });
}

/**
 * Looks above the function and above the statement that holds it.
 *
 * @param {Context} context
 * @param {Node} node
 */
function hasReasonBefore(context, node) {
	/** @type {Node | null} */
	let at = node;
	for (; at && at.type !== 'Program' && at.type !== 'BlockStatement'; at = at.parent) {
		const comments = context.sourceCode.getCommentsBefore(at);
		if (comments.some(({ value }) => givesReason(value))) return true;
	}
	return false;
}

/** @param {string} comment */
function givesReason(comment) {
	return /\bLong because \w+/.test(comment);
}

/**
 * The comment that a file starts with, of JavaScript or of HTML.
 *
 * @param {string} text
 */
function headOf(text) {
	return /^\s*(\/\*[^]*?\*\/|(\/\/.*\n\s*)+|<!--[^]*?-->)/.exec(text)?.[0] ?? '';
}
