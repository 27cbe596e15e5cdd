import { postReply, type Command, type Port } from '$lib/protocol/messages';
import { startCpu } from './backend';
import { claimTab, isHeld } from './claim';
import { Session } from './session';
import { openStorage } from './storage';
import { startWasm } from './wasm';
import { startWebgl } from './webgl';

// The page's compiler settings know `self` as a window; here it is a worker.
declare const self: Port & { onmessage: (event: MessageEvent<Command>) => void };

const session = new Session((reply) => postReply(self, reply), {
	starters: (wanted, onlost) => ({
		webgl: () => startWebgl(wanted === 'webgl', onlost),
		wasm: startWasm,
		cpu: startCpu
	}),
	openStorage: () => openStorage(),
	claim: claimTab,
	isHeld
});
self.onmessage = (event) => session.obey(event.data);
