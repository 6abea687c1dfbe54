// Light or dark: as the system has it until the person says otherwise. theme.js applies it before the first paint.
class Theme {
  dark = $state(document.documentElement.classList.contains('dark'));

  private chosen = false;

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (system) => {
      if (!this.chosen && this.kept() === null) this.wear(system.matches);
    });
  }

  toggle(): void {
    this.chosen = true;
    this.wear(!this.dark);
    try {
      localStorage.setItem('theme', this.dark ? 'dark' : 'light');
    } catch (cause) {
      console.warn('the theme is not kept', cause); // storage is switched off: until the next load
    }
  }

  private wear(dark: boolean): void {
    this.dark = dark;
    document.documentElement.classList.toggle('dark', dark);
  }

  private kept(): string | null {
    try {
      return localStorage.getItem('theme');
    } catch {
      return null; // storage is switched off: as the system has it
    }
  }
}

export const theme = new Theme();
