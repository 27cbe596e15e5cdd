import { testCases } from './nodeCases';

testCases('cpu');
