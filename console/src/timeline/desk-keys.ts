import { onControl, plainKey } from '../shell/keys';
import type { Desk } from './desk.svelte';

/** The viewing desk's keys; true when the key was one of them. */
export function deskKeys(
  event: KeyboardEvent,
  desk: Desk,
  zoom: (factor: number) => void,
): boolean {
  const key = plainKey(event);
  switch (key?.toLowerCase()) {
    case ' ':
      if (onControl(event)) return false;
      desk.toggle();
      return true;
    case 'j':
    case 'k':
    case 'l':
      desk.shuttle(key?.toLowerCase() as 'j' | 'k' | 'l');
      return true;
    case ',':
      desk.step(-1);
      return true;
    case '.':
      desk.step(1);
      return true;
    case 'arrowleft':
      desk.skip(event.shiftKey ? -60 : -10);
      return true;
    case 'arrowright':
      desk.skip(event.shiftKey ? 60 : 10);
      return true;
    case '+':
    case '=':
      zoom(0.5);
      return true;
    case '-':
      zoom(2);
      return true;
    case 'n':
      desk.toEvent(1);
      return true;
    case 'p':
      desk.toEvent(-1);
      return true;
    case 'i':
      desk.mark('start');
      return true;
    case 'o':
      desk.mark('end');
      return true;
    case 'escape':
      if (!desk.marks) return false;
      desk.marks = null;
      return true;
    default:
      return false;
  }
}
