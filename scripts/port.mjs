/** Which port to serve on. Plain Node: it runs before anything is installed. */
import { connect } from 'node:net';

/**
 * The port that a setting names: the usual one when silent, 0 for any that is free.
 *
 * @param {string | undefined} text
 * @returns {number | null} null where the text is no port
 */
export function readPort(text) {
	if (text === undefined || text === '') return 4173;
	const port = /^\d{1,5}$/.test(text) ? Number(text) : Infinity;
	return port <= 65535 ? port : null;
}

/**
 * Whether something answers on a port of this machine, over IPv4 or IPv6.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
export async function isTaken(port) {
	if (port === 0) return false;
	const answers = ['127.0.0.1', '::1'].map(
		(host) =>
			new Promise((done) => {
				const socket = connect({ host, port });
				socket.once('error', () => done(false));
				socket.once('connect', () => {
					socket.destroy();
					done(true);
				});
			})
	);
	return (await Promise.all(answers)).includes(true);
}
