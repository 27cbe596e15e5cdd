import { describe, expect, test } from 'vitest';
import { pageScripts, staticImports, thirdPartyLoads } from '../../scripts/budgets.mjs';

describe('staticImports', () => {
	test('follows imports and re-exports, minified or not, but not import()', () => {
		const code = `import{a as b}from"./a.js";import"./b.js";export*from'../c.js';import d from "./d.js";import("./late.js");import e from"svelte"`;
		expect(staticImports(code)).toEqual(['./a.js', './b.js', '../c.js', './d.js']);
	});
});

describe('pageScripts', () => {
	test('finds preloads, scripts and the imports of the page itself', () => {
		const html = `<link href="./_app/a.js" rel="modulepreload"><link rel="modulepreload" href="./_app/b.js">
			<link href="./style.css" rel="stylesheet"><script src="./_app/c.js"></script>
			<script>Promise.all([import("./_app/d.js")])</script>`;
		expect(pageScripts(html)).toEqual(['./_app/a.js', './_app/b.js', './_app/c.js', './_app/d.js']);
	});
});

describe('thirdPartyLoads', () => {
	test('sees what is loaded from elsewhere', () => {
		expect(thirdPartyLoads('a.html', '<script src="https://cdn.example/x.js">')).toHaveLength(1);
		expect(thirdPartyLoads('a.html', '<link rel="icon" href="//cdn.example/x.png">')).toHaveLength(
			1
		);
		expect(
			thirdPartyLoads('a.css', '@font-face{src:url(https://cdn.example/f.woff2)}')
		).toHaveLength(1);
		expect(thirdPartyLoads('a.js', 'await fetch("https://api.example/")')).toHaveLength(1);
	});

	test('lets links and names pass', () => {
		expect(thirdPartyLoads('a.html', '<a href="https://arxiv.org/abs/2101.03961">')).toEqual([]);
		expect(thirdPartyLoads('a.js', 'const svg = "http://www.w3.org/2000/svg"')).toEqual([]);
	});
});
