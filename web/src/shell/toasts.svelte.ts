// Short messages at the edge of the window. They go by themselves; nothing is said there alone.
export interface Toast {
  id: number;
  kind: 'success' | 'error' | 'info';
  text: string;
  /** The page says it, too, beside what it is about. */
  repeats?: boolean;
}

const shownFor = 5000; // ms

class Toasts {
  list = $state<Toast[]>([]);
  private last = 0;

  add(kind: Toast['kind'], text: string, repeats = false): void {
    const id = ++this.last;
    this.list = [...this.list.slice(-3), { id, kind, text, repeats }];
    setTimeout(() => this.dismiss(id), shownFor);
  }
  success(text: string): void {
    this.add('success', text);
  }
  error(text: string, repeats = false): void {
    this.add('error', text, repeats);
  }
  dismiss(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }
}

export const toasts = new Toasts();
