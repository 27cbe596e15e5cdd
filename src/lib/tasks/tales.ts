import { compileGrammar, type Grammar } from './grammar';
import { generatorTask } from './generatorTask';

/** The project's seed example: six fixed tokens, shown with chunk 3. */
export const SEED_EXAMPLE = {
	tokens: ['What', ' is', ' ch', 'unked', ' attention', '?'],
	text: 'What is chunked attention?',
	chunk: 3
} as const;

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const NAMES = ['Mia', 'Tom', 'Ada', 'Leo'];
const GEAR: Record<string, string> = { sunny: 'hat', rainy: 'coat', windy: 'kite', snowy: 'sled' };

const grammar: Grammar = {
	storyEnd: '\n',
	first: ['\n', ...SEED_EXAMPLE.tokens],
	signs: [' + ', ' = ', ' // '],
	lists: {
		a: DIGITS,
		b: DIGITS,
		m: DIGITS,
		n: DIGITS,
		sky: ['sunny', 'rainy', 'windy', 'snowy'],
		place: ['Rome', 'Oslo', 'Lima', 'Cairo'],
		food: ['rice', 'beans', 'corn', 'soup'],
		spice: ['salt', 'lemon', 'garlic', 'honey'],
		turn: ['left', 'right'],
		mark: ['bridge', 'tower', 'well', 'oak'],
		goal: ['park', 'school', 'beach', 'zoo'],
		name: NAMES,
		mood: ['fine', 'tired', 'happy', 'busy'],
		drink: ['tea', 'milk', 'juice'],
		llama: NAMES,
		thing: ['hat', 'kite', 'bell', 'drum']
	},
	rules: {
		gear: (sky) => GEAR[sky!]!,
		back: (turn) => (turn === 'left' ? 'right' : 'left'),
		sum: (a, b) => String(Number(a) + Number(b))
	},
	domains: [
		{
			name: 'weather',
			weight: 1,
			topics: ['place'],
			stories: [
				'Today it is {sky} in {place}. The night will be {cold|warm|dark|clear}, the day {cold|warm|dark|clear}. Take a {gear of sky} to {place}.',
				'Tomorrow {place} will be {cold|warm|dark|clear} and {sky}. A {cold|warm} wind is on the way to {place}, so take a {gear of sky}.'
			]
		},
		{
			name: 'cooking',
			weight: 1,
			topics: ['food'],
			stories: [
				'Cook the {food} {slowly|gently} with {spice}, then add {salt|lemon|garlic|honey}. Stir it {slowly|gently}, add more {spice}, and serve the {food} {hot|cold|warm}.',
				'Wash the {food} and add {spice}. Stir {slowly|gently}. Is it {hot|cold|warm}? Then add more {spice} to the {food}.'
			]
		},
		{
			name: 'sums',
			weight: 1.5,
			topics: [],
			stories: ['{a} + {b} = {sum of a b}']
		},
		{
			name: 'directions',
			weight: 1,
			topics: ['goal'],
			stories: [
				'Turn {turn} at the {mark}, then walk on to the {goal}. On the way back, turn {back of turn} at the {mark}.',
				'To the {goal}? Walk to the {mark} and turn {turn}. On the way back from the {goal}, turn {back of turn}.'
			]
		},
		{
			name: 'small talk',
			weight: 1,
			topics: ['name'],
			stories: [
				'Hello, my name is {name}. How are you? I am {mood}, thanks, {name}. I am {fine|tired|happy|busy} too.',
				'Hello, {name}! Do you like {drink}? Yes, I like {drink} with {milk|honey|lemon}. Bye, {name}!'
			]
		},
		{
			name: 'code',
			weight: 1,
			topics: [],
			stories: [
				'let x = {m}; let y = {n}; print x; // {m}',
				'let x = {m}; let y = {n}; print y; // {n}'
			]
		},
		{
			name: 'questions',
			weight: 1,
			topics: [],
			stories: [
				'What is ch|unked attention? Each token looks back inside its own ch|unk. So that is ch|unked attention.',
				'What is global attention? Each token looks back at all the others. So that is global attention.',
				'What is a router? It picks one expert for each token. So that is a router.',
				'What is an expert? It works for each token that the router picks. So that is an expert.'
			]
		},
		{
			name: 'tales',
			weight: 1,
			topics: ['llama'],
			stories: [
				'Once a llama named {llama} lost a {thing}. She looked by the {mark}, then at the {park|school|beach|zoo}. At last {llama} found the {thing}.'
			]
		}
	]
};

const compiled = compileGrammar(grammar);

/** Stories in eight domains, each about something said early and needed again later. */
export const tales = generatorTask({
	id: 'tales',
	title: 'Tales',
	about:
		'Small stories in eight domains; a name, a number or a place said early is needed again later.',
	...compiled,
	domains: grammar.domains.map(({ name }) => name),
	examples: [
		{ title: 'Seed example', text: SEED_EXAMPLE.text },
		{ title: 'Weather', text: 'Today it is rainy in Oslo. The night will be' },
		{
			title: 'Cooking',
			text: 'Cook the rice slowly with lemon, then add salt. Stir it gently, add more'
		},
		{ title: 'Sums', text: '3 + 4 =' },
		{
			title: 'Directions',
			text: 'Turn left at the bridge, then walk on to the zoo. On the way back, turn'
		},
		{ title: 'Small talk', text: 'Hello, my name is Ada. How are you? I am happy, thanks,' },
		{ title: 'Code', text: 'let x = 7; let y = 2; print y; //' },
		{
			title: 'A tale',
			text: 'Once a llama named Leo lost a drum. She looked by the tower, then at the beach. At last'
		}
	]
});
