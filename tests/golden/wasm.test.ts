import { testCases } from './nodeCases';

testCases('wasm');
