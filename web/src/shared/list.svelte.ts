// What a list shows: its page, words, order and filters stand in the address, so that they can be shared and gone back to.
import { router } from '$shell/router.svelte';

export class ListState {
  private readonly sortedBy: string;
  readonly limit: number;
  page = $derived(Math.max(1, Number(router.query.get('page') ?? '1') || 1));
  search = $derived(router.query.get('search') ?? '');

  constructor(sortedBy: string, limit = 20) {
    this.sortedBy = sortedBy;
    this.limit = limit;
  }

  get sort(): string {
    return router.query.get('sort') ?? this.sortedBy;
  }
  get order(): 'asc' | 'desc' {
    return router.query.get('order') === 'desc' ? 'desc' : 'asc';
  }

  /** The parameters that the lists of the interface have in common. */
  get query() {
    return { page: this.page, limit: this.limit, sort: this.sort, order: this.order, ...(this.search && { search: this.search }) };
  }

  filter(name: string): string {
    return router.query.get(name) ?? '';
  }

  /** Another word or filter begins at the first page again. */
  narrow(name: string, value: string): void {
    router.ask({ [name]: value, page: undefined }, true);
  }
  turnTo(page: number): void {
    router.ask({ page: page === 1 ? undefined : String(page) });
  }
  /** Ascending at first, then the other way. */
  sortBy(name: string, isSorted: boolean): void {
    router.ask({ sort: name, order: isSorted && this.order === 'asc' ? 'desc' : 'asc', page: undefined }, true);
  }
}
