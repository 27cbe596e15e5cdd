/**
 * Waits for the end of the line of waiting messages, so that whatever has arrived is heard first.
 * A message takes microseconds where a timer waits for milliseconds.
 */
export function nextTurn(): Promise<void> {
	return new Promise((resume) => {
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			port1.close();
			resume();
		};
		port2.postMessage(null);
	});
}
