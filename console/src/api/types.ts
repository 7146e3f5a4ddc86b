/** Short names for the server's words; every `*_us` is UTC microseconds. */

import type { components } from './schema';

type Schemas = components['schemas'];

export type StreamKind = 'main' | 'sub';
export type Kind = Schemas['Kind'];
export type Phase = Schemas['Phase'];
export type Rendition = Schemas['Rendition'];
/** How much of a picture is covered; `reason` is why the whole of it is, or why it is held back. */
export type Cover = Pick<Schemas['LiveCover'], 'state' | 'reason'>;
export type Person = Schemas['PersonAnswer'];
export type Session = Schemas['SessionAnswer'];
export type About = Schemas['AboutAnswer'];

export type Address = Schemas['AddressBody'];
export type Credentials = Schemas['CredentialsBody'];
export type Camera = Schemas['CameraAnswer'];
export type CameraState = Schemas['CameraStateAnswer'];
/** `credentials` left out keeps what is stored; null removes it. */
export type CameraInput = Schemas['CameraUpdate'];
export type CameraTestInput = Schemas['TestRequest'];
export type CameraTest = Schemas['TestAnswer'];

export type Alarm = Schemas['AlarmAnswer'];
export type States = Schemas['StatesAnswer'];
export type Span = Schemas['SpanAnswer'];
export type Gap = Schemas['GapAnswer'];
export type TimelineData = Schemas['TimelineAnswer'];

export type FieldFault = Schemas['FieldFault'];
export type LiveSaid =
  | Schemas['LiveInit']
  | Schemas['LiveState']
  | Schemas['LiveCover']
  | Schemas['LiveDropped'];
