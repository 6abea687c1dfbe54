// Light or dark: as the system has it until the person says otherwise. theme.js applies it before the first paint.
class Theme {
  dark = $state(document.documentElement.classList.contains('dark'));

  toggle(): void {
    this.dark = !this.dark;
    document.documentElement.classList.toggle('dark', this.dark);
    try {
      localStorage.setItem('theme', this.dark ? 'dark' : 'light');
    } catch (cause) {
      console.warn('the theme is not kept', cause); // storage is switched off: until the next load
    }
  }
}

export const theme = new Theme();
