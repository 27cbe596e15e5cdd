import { describe, expect, test } from 'vitest';
import { count, countLine, type Report } from '../../scripts/count.mjs';

const file = (...statuses: string[]): Report['testResults'][number] => ({
	name: 'a.test.ts',
	status: statuses.every((status) => status === 'passed') ? 'passed' : 'failed',
	assertionResults: statuses.map((status, i) => ({ fullName: `test ${i}`, status }))
});

describe('count', () => {
	test('counts tests over all files', () => {
		const counts = count({
			success: false,
			testResults: [file('passed', 'failed'), file('passed')]
		});
		expect(countLine(counts)).toBe('2 passed, 1 failed');
	});

	test('counts what did not run as failed, and names it', () => {
		const testResults = [{ ...file('passed', 'skipped', 'todo', 'pending'), status: 'passed' }];
		const counts = count({ success: true, testResults });
		expect(counts).toEqual({ passed: 1, failed: 3, notRun: ['test 1', 'test 2', 'test 3'] });
	});

	test('counts a file that broke before its first test', () => {
		const testResults = [{ ...file(), status: 'failed' }, file('passed')];
		expect(countLine(count({ success: false, testResults }))).toBe('1 passed, 1 failed');
	});

	test('counts an error outside any test', () => {
		expect(countLine(count({ success: false, testResults: [file('passed')] }))).toBe(
			'1 passed, 1 failed'
		);
	});
});
