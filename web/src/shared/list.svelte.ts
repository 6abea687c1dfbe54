// What a list shows: its page, words, order and filters stand in the address, so that they can be shared and gone back to.
import { router } from '$shell/router.svelte';

export class ListState {
  private readonly sortedBy: string;
  readonly limit: number;
  page = $derived(Math.max(1, Number(router.query.get('page') ?? '1') || 1));
  search = $derived(router.query.get('search') ?? '');

  private readonly ordered: 'asc' | 'desc';

  /** By what, how many on a page, and in which order until somebody says another one. */
  constructor(sortedBy: string, limit = 20, ordered: 'asc' | 'desc' = 'asc') {
    this.sortedBy = sortedBy;
    this.limit = limit;
    this.ordered = ordered;
  }

  get sort(): string {
    return router.query.get('sort') ?? this.sortedBy;
  }
  get order(): 'asc' | 'desc' {
    const said = router.query.get('order') ?? (router.query.has('sort') ? 'asc' : this.ordered);
    return said === 'desc' ? 'desc' : 'asc';
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
  /** Behind the end (the last row of a page went, or the address is old) the last page is shown instead. */
  stayWithin(answered: { page: number; pages: number; total: number } | undefined): void {
    if (answered && answered.total > 0 && answered.page === this.page && this.page > Math.max(1, answered.pages)) router.ask({ page: answered.pages <= 1 ? undefined : String(answered.pages) }, true);
  }
  /** Ascending at first, then the other way. */
  sortBy(name: string, isSorted: boolean): void {
    router.ask({ sort: name, order: isSorted && this.order === 'asc' ? 'desc' : 'asc', page: undefined }, true);
  }
}
