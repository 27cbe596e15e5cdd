import { compileGrammar, type Grammar } from './grammar';
import { generatorTask } from './generatorTask';

/** The project's seed example: six fixed tokens, shown with chunk 3. */
export const SEED_EXAMPLE = {
	tokens: ['What', ' is', ' ch', 'unked', ' attention', '?'],
	text: 'What is chunked attention?',
	chunk: 3
} as const;

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
/** What to take along in which weather. */
const GEAR: Record<string, string> = { sunny: 'hat', rainy: 'coat', windy: 'kite', snowy: 'sled' };
const FEEL = '{cold|warm|calm|dark}';
const WIND = '{cold|warm|calm}';

const grammar: Grammar = {
	storyEnd: '\n',
	first: ['\n', ...SEED_EXAMPLE.tokens],
	signs: [' + ', ' = ', ' // '],
	lists: {
		a: DIGITS,
		b: DIGITS,
		sky: Object.keys(GEAR),
		place: ['Rome', 'Oslo', 'Lima', 'Cairo'],
		food: ['rice', 'beans', 'corn', 'soup'],
		spice: ['salt', 'lemon', 'garlic', 'honey'],
		turn: ['left', 'right'],
		mark: ['bridge', 'tower', 'oak'],
		goal: ['park', 'school', 'zoo'],
		name: ['Mia', 'Tom', 'Ada', 'Leo'],
		mood: ['fine', 'tired', 'happy'],
		thing: ['hat', 'kite', 'sled', 'drum']
	},
	rules: {
		gear: (sky = '') => GEAR[sky] ?? '',
		back: (turn) => (turn === 'left' ? 'right' : 'left'),
		sum: (a, b) => String(Number(a) + Number(b))
	},
	domains: [
		{
			name: 'weather',
			weight: 1,
			topics: ['place'],
			stories: [
				`Today it is {sky} in {place}. The wind is ${WIND}, the night is ${FEEL}. Take a {gear of sky} to {place}.`,
				`Today {place} is ${FEEL} and {sky}. The night is ${FEEL} and the wind is ${WIND}. Take a {gear of sky}.`
			]
		},
		{
			name: 'cooking',
			weight: 1,
			topics: ['food'],
			stories: [
				'Cook the {food} with {spice}, stir it {slowly|gently} and add {other spice}. Now it is {cold|warm}, add more {spice} to the {food}.',
				'Cook the {food} {slowly|gently} with {spice} and {other spice}. Now the {food} is {cold|warm}, stir it and add more {spice}.'
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
				'Turn {turn} at the {mark}, walk to the {goal}. The way back is {back of turn} at the {mark}.',
				'Turn {turn} at the {goal} and walk to the {mark}. The way back to the {goal} is {back of turn} at the {mark}.'
			]
		},
		{
			name: 'small talk',
			weight: 1,
			topics: ['name'],
			stories: [
				'Hello, I am {name}. How are you? I am {mood}, thanks, {name}.',
				'Hello, I am {name} and I like {food}. How are you, are you {mood}? I am {other mood}, {name}, I like {food} too.'
			]
		},
		{
			name: 'code',
			weight: 1,
			topics: [],
			stories: ['let x = {a}, y = {b}; print x; // {a}', 'let x = {a}, y = {b}; print y; // {b}']
		},
		{
			name: 'questions',
			weight: 1,
			topics: [],
			stories: [
				'What is ch|unked attention? It looks back in one ch|unk. Now you know ch|unked attention.',
				'What is global attention? It looks back at every token. Now you know global attention.',
				'What is a router? It picks one expert for every token. Now you know the router.',
				'What is an expert? The router picks one for every token. Now you know the expert.'
			]
		},
		{
			name: 'tales',
			weight: 1,
			topics: ['name'],
			stories: [
				'Once {name} the llama lost a {thing}. {name} looked at the {mark}, the {goal} and in {place}. There {name} found the {thing}.'
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
		{
			title: 'Weather',
			text: 'Today it is rainy in Oslo. The wind is cold, the night is dark. Take a'
		},
		{
			title: 'Cooking',
			text: 'Cook the rice with lemon, stir it slowly and add salt. Now it is warm, add more'
		},
		{ title: 'Sums', text: '3 + 4 =' },
		{ title: 'Directions', text: 'Turn left at the bridge, walk to the zoo. The way back is' },
		{ title: 'Small talk', text: 'Hello, I am Ada. How are you? I am happy, thanks,' },
		{ title: 'Code', text: 'let x = 7, y = 2; print y; //' },
		{
			title: 'A tale',
			text: 'Once Leo the llama lost a drum. Leo looked at the oak, the zoo and in Rome. There'
		}
	]
});
