/** The server's words, as the HTTP contract gives them. Every `*_us` is UTC microseconds. */

export type StreamKind = 'main' | 'sub';

export interface Person {
  id: string;
  name: string;
}

export interface Session {
  person: Person;
  expires_us: number;
}

export interface Address {
  scheme: 'rtsp' | 'rtsps';
  host: string;
  port: number;
  path: string;
}

export interface Credentials {
  username: string;
  password: string;
}

export type Phase = 'off' | 'connecting' | 'live' | 'delayed' | 'gap';

export interface CameraState {
  camera_id: string;
  phase: Phase;
  reason: string | null;
  detail: string;
  since_us: number;
  frames: number;
  bytes: number;
  lost: number;
  gaps: number;
  reconnects: number;
  dropped: number;
  lag_us: number | null;
  camera_offset_us: number | null;
  width: number;
  height: number;
  codec: string;
}

export interface Camera {
  id: string;
  name: string;
  place: string;
  main: Address;
  sub: Address | null;
  purpose: string;
  legal_basis: string;
  office: string;
  enabled: boolean;
  has_credentials: boolean;
  created_us: number;
  state: CameraState;
}

/** `credentials` left out keeps what is stored; null removes it. */
export interface CameraInput {
  name: string;
  place: string;
  main: Address;
  sub: Address | null;
  credentials?: Credentials | null;
  purpose: string;
  legal_basis: string;
  office: string;
  enabled: boolean;
}

export interface CameraTest {
  ok: boolean;
  reason: string | null;
  detail: string;
  codec: string | null;
  width: number | null;
  height: number | null;
  frame_rate: number | null;
  audio_offered: boolean;
  elapsed_ms: number;
}

export interface Alarm {
  kind: string;
  message: string;
  since_us: number;
}

export interface States {
  states: CameraState[];
  alarms: Alarm[];
  now_us: number;
}

export interface Span {
  start_us: number;
  end_us: number;
}

export interface Gap {
  start_us: number;
  end_us: number | null;
  reason: string;
  detail: string;
}

export interface TimelineData {
  spans: Span[];
  gaps: Gap[];
  now_us: number;
}

export interface Day {
  day: string;
  recorded_us: number;
}

export interface About {
  version: string;
  site_name: string;
  zone?: string | null;
}
