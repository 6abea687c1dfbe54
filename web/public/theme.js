// The colours that were chosen, before anything is painted. Not a module: those wait for the page.
(function () {
  let chosen = null;
  try {
    chosen = localStorage.getItem('theme');
  } catch {
    chosen = null; // storage is switched off: as the system has it
  }
  const dark = chosen === 'dark' || (chosen === null && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
