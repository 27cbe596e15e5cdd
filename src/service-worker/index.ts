/**
 * Keeps the whole site in the browser, so that those who have been here once can come back without a
 * network. A page is always of one version: what was kept is answered whole, and a new version takes over
 * when a page is opened and no other one stands.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

/** What there is to keep; `scripts/offline.mjs` writes it before this code. */
declare const SITE: {
	version: string;
	/** Addresses from the start of the site; pages end with a slash. */
	files: readonly string[];
};

const STORE = `llamascope-${SITE.version}`;

/** A page that is loaded again at once, and asks for no icon meanwhile. */
const AGAIN = '<!doctype html><link rel="icon" href="data:,">';

/** Puts every file into the store of this version, one after another so that a page comes first. */
async function keep(): Promise<void> {
	const store = await caches.open(STORE);
	for (const file of SITE.files) {
		const url = new URL(file, worker.registration.scope).href;
		const isForever = file.includes('/immutable/');
		const known = isForever ? await caches.match(url) : undefined;
		const cache = isForever ? 'default' : 'no-cache';
		const response = known ?? (await fetch(url, { cache, priority: 'low' }));
		if (!response.ok) throw new Error(`${url} answers ${response.status}`);
		await store.put(url, response);
	}
}

/** Throws the stores of earlier versions away, and answers for pages that were opened before. */
async function takeOver(): Promise<void> {
	const names = await caches.keys();
	const old = names.filter((name) => name.startsWith('llamascope-') && name !== STORE);
	await Promise.all(old.map((name) => caches.delete(name)));
	await worker.clients.claim();
}

async function answer(request: Request): Promise<Response> {
	const { waiting } = worker.registration;
	if (request.mode === 'navigate' && waiting && (await worker.clients.matchAll()).length < 2) {
		waiting.postMessage(null);
		return new Response(AGAIN, { headers: { 'Content-Type': 'text/html', Refresh: '0' } });
	}
	const store = await caches.open(STORE);
	const kept = await store.match(request, { ignoreSearch: true, ignoreVary: true });
	return kept ?? fetch(request);
}

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('message', () => void worker.skipWaiting());
worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const isOurs = request.url.startsWith(worker.registration.scope);
	if (request.method === 'GET' && isOurs) event.respondWith(answer(request));
});
