/** What hls.js keeps of an answer: the request itself, of which it does not say the type. Pure. */

export function header(request: unknown, name: string): string | null {
  if (request instanceof Response) return request.headers.get(name);
  const source = request as Partial<XMLHttpRequest> | null | undefined;
  return source?.getResponseHeader?.(name) ?? null;
}

/** The problem document that came instead of a playlist or a part; null without one. */
export async function answerBody(request: unknown): Promise<unknown> {
  try {
    if (request instanceof Response) return request.bodyUsed ? null : await request.json();
    const answer = (request as Partial<XMLHttpRequest> | null | undefined)?.response as unknown;
    const text = answer instanceof ArrayBuffer ? new TextDecoder().decode(answer) : answer;
    return typeof text === 'string' ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
