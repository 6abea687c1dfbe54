// How the console's cases run: in Chromium, against the same kind of server as the black-box suite.
import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.ts';

const config = mergeConfig(base, defineConfig({ test: { testTimeout: 40_000 } }));
if (config.test) {
  config.test.include = ['browser/**/*.test.ts'];
  config.test.exclude = [];
}
export default config;
