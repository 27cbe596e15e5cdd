import { dev } from '$app/environment';
import { asset } from '$app/paths';

/** Has the browser keep the site for visits without a network, where it can. */
export async function keepOffline(): Promise<void> {
	if (!('serviceWorker' in navigator)) return;
	try {
		if (!dev) await navigator.serviceWorker.register(asset('/service-worker.js'));
		// A site that was built and served here before would hide what is being worked on.
		else for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister();
	} catch {
		// The browser does not allow it, as in a private window: the site needs a network then.
	}
}
