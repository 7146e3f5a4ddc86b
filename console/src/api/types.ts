/** Short names for the server's words; every `*_us` is UTC microseconds. */

import type { components, operations } from './schema';

type Schemas = components['schemas'];

export type StreamKind = 'main' | 'sub';
export type Kind = Schemas['Kind'];
export type Phase = Schemas['Phase'];
export type Rendition = Schemas['Rendition'];
/** How much of a picture is covered; `reason` is why the whole of it is, or why it is held back. */
export type Cover = Pick<Schemas['LiveCover'], 'state' | 'reason'>;
export type Person = Schemas['PersonAnswer'];
export type Session = Schemas['SessionAnswer'];
export type Act = Schemas['Act'];
export type Role = Schemas['Role'];
export type Assignment = Schemas['AssignmentAnswer'];
export type Factors = Schemas['FactorsAnswer'];
export type Passkey = Schemas['PasskeyAnswer'];
export type NewTotp = Schemas['NewTotpAnswer'];
export type ListedSession = Schemas['ListedSession'];
export type Group = Schemas['GroupAnswer'];
export type GroupInput = Schemas['GroupBody'];
export type OriginalRequest = Schemas['RequestAnswer'];
export type RequestInput = Schemas['RequestBody'];
export type Spot = Schemas['SpotBody'];
export type RequestReason = Schemas['Reason'];
export type Grant = Schemas['GrantAnswer'];
export type EntryKind = Schemas['EntryKind'];
export type LedgerEntry = Schemas['EntryAnswer'];
export type OpenedEntry = Schemas['OpenedEntry'];
export type Conduct = Schemas['ConductAnswer'];
export type Finding = Schemas['FindingAnswer'];
export type RetentionPlan = Schemas['RetentionAnswer'];
export type RetentionClasses = Schemas['ClassList'];
export type DensityAnswer = Schemas['DensityAnswer'];
export type Hold = Schemas['HoldAnswer'];
export type HoldInput = Schemas['HoldBody'];
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

export type Label = Schemas['Label'];
export type ZoneKind = Schemas['ZoneKind'];
export type ZoneAnswer = Schemas['ZoneAnswer'];
export type ZoneBody = Schemas['ZoneBody'];
/** A zone's points as pairs, which is what the console computes with. */
export type Zone = Omit<ZoneAnswer, 'points'> & { points: [x: number, y: number][] };
export type ZoneInput = Omit<ZoneBody, 'points'> & { points: [x: number, y: number][] };

export type Condition = Schemas['Condition'];
export type Direction = Schemas['Direction'];
export type Schedule = Schemas['ScheduleAnswer'];
export type Rule = Schemas['RuleAnswer'];
export type RuleInput = Omit<Rule, 'id' | 'camera_id'>;
export type TrialEvent = Schemas['TrialEvent'];
export type Trial = Schemas['TrialAnswer'];

export type CameraEvent = Schemas['EventAnswer'];
export type EventPage = Schemas['EventList'];
export type EventQuery = NonNullable<operations['list_events']['parameters']['query']>;
export type HourCount = Schemas['HourAnswer'];
export type Activity = Schemas['ActivityAnswer'];

export type VisionStatus = Schemas['VisionAnswer'];
