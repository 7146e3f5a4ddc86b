import type { Attachment } from 'svelte/attachments';

/** Tells whether any part of the element is on the screen and the page itself is shown. */
export function seen(tell: (visible: boolean) => void): Attachment<HTMLElement> {
  return (element) => {
    let onScreen = false;
    const say = (): void => {
      tell(onScreen && document.visibilityState === 'visible');
    };
    const observer = new IntersectionObserver((entries) => {
      onScreen = entries.at(-1)?.isIntersecting ?? false;
      say();
    });
    observer.observe(element);
    document.addEventListener('visibilitychange', say);
    return () => {
      observer.disconnect();
      document.removeEventListener('visibilitychange', say);
    };
  };
}
