// The console begins here.
import { mount } from 'svelte';
import './app.css';
import App from './shell/App.svelte';
import { askEarly } from './shell/early';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no place for the console');
askEarly();
mount(App, { target });
