// The columns of a table.
export interface Column<T> {
  id: Extract<keyof T, string> | (string & {});
  title: string;
  /** By what the server sorts it; absent: it does not. */
  sort?: string;
  /** Left out where the window is narrow. */
  wideOnly?: boolean;
}
