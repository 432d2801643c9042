/** Cuts a text into pieces of some characters each; an empty text is one empty piece. */
export function pieces(text: string, size: number): string[] {
  const result: string[] = [];
  for (let at = 0; at < text.length; at += size) result.push(text.slice(at, at + size));
  return result.length > 0 ? result : [''];
}

let count = 0;

/** An id as the APIs make them, unique in this process. */
export function newId(prefix: string): string {
  return `${prefix}_${(count++).toString(36).padStart(12, '0')}`;
}
