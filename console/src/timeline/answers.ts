/** What hls.js keeps of an answer: the request itself, of which it does not say the type. Pure. */

export function header(request: unknown, name: string): string | null {
  if (request instanceof Response) return request.headers.get(name);
  const source = request as Partial<XMLHttpRequest> | null | undefined;
  return source?.getResponseHeader?.(name) ?? null;
}

/** The problem document that came instead of a playlist or a part; null without one. */
export function answerBody(request: unknown): unknown {
  const answer = (request as Partial<XMLHttpRequest> | null | undefined)?.response as unknown;
  const text = answer instanceof ArrayBuffer ? new TextDecoder().decode(answer) : answer;
  if (typeof text !== 'string') return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
