// Types of what the bundler imports.
/// <reference types="svelte" />
/// <reference types="vite/client" />
