/**
 * What the linter refuses: imports against floors.js, and what makes code hard to trust. Comments cannot
 * switch a rule off. Layout is Prettier's business.
 */
import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import { floorRules } from './lint/floors.js';
import { length } from './lint/length.js';
import svelteConfig from './svelte.config.js';

const house = { rules: { length } };

export default defineConfig(
	{ ignores: ['.svelte-kit/', 'build/', 'node_modules/', '.cache/', 'static/'] },
	{ linterOptions: { noInlineConfig: true } },
	js.configs.recommended,
	ts.configs.recommendedTypeChecked,
	svelte.configs.recommended,
	{
		languageOptions: {
			parserOptions: {
				projectService: true,
				tsconfigRootDir: import.meta.dirname,
				extraFileExtensions: ['.svelte']
			}
		}
	},
	{
		files: ['**/*.svelte', '**/*.svelte.ts'],
		languageOptions: {
			globals: globals.browser,
			parserOptions: { parser: ts.parser, svelteConfig }
		}
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		languageOptions: { globals: globals.node }
	},
	{
		plugins: { house },
		rules: {
			eqeqeq: 'error',
			'no-console': 'error',
			'no-restricted-properties': [
				'error',
				{ object: 'Math', property: 'random', message: 'Use random(seed, stream) of math/random.' }
			],
			'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'], location: 'anywhere' }],
			'house/length': ['error', { file: 300, function: 40 }],
			// TypeScript finds undefined names, with the types of each file's own surroundings.
			'no-undef': 'off',
			'@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
			'@typescript-eslint/explicit-module-boundary-types': 'error',
			'@typescript-eslint/no-deprecated': 'error',
			'@typescript-eslint/no-shadow': 'error',
			'@typescript-eslint/switch-exhaustiveness-check': [
				'error',
				{ considerDefaultExhaustiveForUnions: true }
			],
			// Random, Task and others are plain objects of functions that use no `this`.
			'@typescript-eslint/unbound-method': 'off'
		}
	},
	{
		files: ['**/*.svelte'],
		rules: {
			'house/length': ['error', { file: 150, function: 40 }],
			'@typescript-eslint/explicit-module-boundary-types': 'off'
		}
	},
	{
		files: ['scripts/**', 'bench/**'],
		rules: { 'no-console': 'off' }
	},
	{
		files: ['**/*.js', '**/*.mjs'],
		// JSDoc gives the types and tsc checks them; these rules do not see its casts.
		rules: {
			'@typescript-eslint/explicit-module-boundary-types': 'off',
			'@typescript-eslint/no-unsafe-assignment': 'off',
			'@typescript-eslint/no-unsafe-return': 'off'
		}
	},
	{
		files: ['tests/**'],
		// A describe block may hold many tests.
		rules: { 'house/length': ['error', { file: 300 }] }
	},
	...floorRules
);
