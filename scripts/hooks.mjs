/** Points git at .githooks/ when the project is installed. Silent where there is no git or no repository. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './install.mjs';

if (existsSync(join(root, '.git'))) {
	spawnSync('git', ['config', 'core.hooksPath', '.githooks'], { cwd: root, stdio: 'ignore' });
}
