/** What this lesson keeps in its link, and what a teacher's link may take away or fix. */
import { choiceKey, numberKey, textKey } from '../keys';
import type { Openings } from '../link';

export const CONTROLS = {
	show: 'Curve to show',
	weight: 'Soft weight',
	draw: 'Draw the next token',
	ahead: 'Head start of the teacher',
	own: 'Text of the students alone',
	curve: 'Drawn curve',
	noise: 'Flaw of the teacher',
	tau: 'Distillation temperature',
	width: 'Width of the teacher',
	sees: 'How far the teacher sees',
	batch: 'Sequences of the students',
	steps: 'Steps',
	seed: 'Seed',
	run: 'Run'
};

/** Next tokens that may be drawn in all. */
export const MOST_DRAWS = 400;

export const KEYS = {
	w: numberKey('The soft weight', { min: 0, max: 1, by: 0.05, initial: 0.5 }),
	draws: numberKey('The number of draws', { min: 1, max: MOST_DRAWS, initial: 1 }),
	token: textKey('The token', /^(|\d|1[0-5])$/, ''),
	show: choiceKey('The curve to show', ['distance', 'hard', 'soft', 'total'], 'distance'),
	look: textKey('The moment of the run', /^(|\d|[1-9]\d|100)$/, ''),
	who: numberKey('The student', { min: 0, max: 3, initial: 0 }),
	ahead: numberKey('The head start', { min: 0, max: 1, by: 0.1, initial: 0 }),
	own: numberKey('The text of the students alone', { min: 0, max: 10, initial: 0 }),
	rule: choiceKey('The rule', ['drawn', 'confidence', 'gap'], 'drawn'),
	curve: textKey('The curve', /^[0-9a-]{9}$/, 'a-------0'),
	noise: numberKey('The flaw', { min: 0, max: 0.9, by: 0.05, initial: 0.35 }),
	tau: numberKey('The distillation temperature', { min: 0.5, max: 5, by: 0.5, initial: 1 }),
	width: numberKey('The width of the teacher', { min: 8, max: 48, by: 8, initial: 32 }),
	sees: numberKey('How far the teacher sees', { min: 1, max: 16, initial: 16 }),
	batch: numberKey('The sequences of the students', { min: 1, max: 16, initial: 4 }),
	steps: numberKey('The steps', { min: 60, max: 900, by: 60, initial: 600 }),
	seed: numberKey('The seed', { min: 1, max: 999, initial: 11 })
};

/** What the picture of a moment begins with, where it is not as the link says. */
export const OPENINGS: Openings<typeof KEYS> = { passes: [{ ahead: 0, own: 0 }, { ahead: 1 }] };
