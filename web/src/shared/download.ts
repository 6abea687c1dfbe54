// Files of the server: received piece by piece, so that it can be told how far one is; onto the disk as they come where the browser lets pages
// do that, else gathered and handed to the browser (decision 0033).
import { ApiError } from '$api/errors';

interface Streamed {
  data?: unknown;
  error?: unknown;
  response: Response;
}
export interface Received {
  name: string;
  bytes: number;
  /** There is more than one answer may hold. */
  isCut: boolean;
}

interface Target {
  write: (piece: Uint8Array<ArrayBuffer>) => Promise<void> | void;
  /** Whole: it may be kept. */
  close: (name: string, type: string) => Promise<void> | void;
  /** Nothing of it may be kept. */
  drop: () => Promise<void> | void;
}

/** A place on the disk that the person chose: its name is theirs. */
interface Place extends FileSystemFileHandle {
  remove?: () => Promise<void>;
}
type Picker = (wanted: { suggestedName: string }) => Promise<Place>;

export const canChoosePlace = (): boolean => typeof (window as { showSaveFilePicker?: Picker }).showSaveFilePicker === 'function';

/** Asks where to put it; must follow a press at once. */
export async function placeOnDisk(suggestedName: string): Promise<Place> {
  const { showSaveFilePicker } = window as unknown as { showSaveFilePicker: Picker };
  return showSaveFilePicker.call(window, { suggestedName });
}
export async function forget(place: Place): Promise<void> {
  await place.remove?.();
}
export async function ontoDisk(place: Place): Promise<Target> {
  const file = await place.createWritable();
  return { write: (piece) => file.write(piece), close: () => file.close(), drop: () => file.abort() };
}

export function inMemory(called = (name: string) => name): Target {
  const pieces: BlobPart[] = [];
  return { write: (piece) => void pieces.push(piece), close: (name, type) => save(new Blob(pieces, { type }), called(name)), drop: () => undefined };
}

/** Throws where it was refused, and where it broke off before its end; nothing is kept then. */
export async function receive(outcome: Promise<Streamed>, otherName: string, tell: (bytes: number) => void, open: () => Target | Promise<Target> = inMemory): Promise<Received> {
  const { data, error, response } = await outcome;
  if (!response.ok) throw new ApiError(response.status, error);
  const reader = (data as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  let target: Target;
  try {
    target = await open();
  } catch (cause) {
    await reader.cancel();
    throw new Error('The browser cannot write there. Choose another place.', { cause });
  }
  let bytes = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      await target.write(piece.value);
      tell((bytes += piece.value.length));
    }
  } catch (cause) {
    await target.drop();
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    if (cause instanceof DOMException && cause.name === 'QuotaExceededError') throw new Error('The disk is full. Nothing was kept.', { cause });
    throw new Error('The file broke off before its end, and is not kept. Ask for it again.', { cause });
  }
  const name = /filename="([^"/\\]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? otherName;
  await target.close(name, response.headers.get('content-type') ?? 'application/octet-stream');
  return { name, bytes, isCut: response.headers.get('link')?.includes('rel="next"') ?? false };
}

export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
