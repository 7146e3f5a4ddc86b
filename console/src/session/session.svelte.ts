import { access } from '../api/access';
import { api, whenSignedOut } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { About, Act, Person, Session } from '../api/types';

type Stage = 'asking' | 'out' | 'in' | 'silent';

/** Who sits in front of the console, and at which site. */
class SessionState {
  stage = $state<Stage>('asking');
  person = $state<Person | null>(null);
  /** What this person may do somewhere. */
  acts = $state<readonly Act[]>([]);
  /** How this session was signed in to. */
  method = $state<Session['method'] | null>(null);
  /** True while nothing but setting up a second factor is allowed. */
  enrolling = $state(false);
  about = $state<About | null>(null);
  /** True when a session ended under the reader's hands. */
  expired = $state(false);
  problem = $state<Problem | null>(null);

  constructor() {
    whenSignedOut(() => {
      if (this.stage !== 'in') return;
      this.person = null;
      this.expired = true;
      this.stage = 'out';
    });
  }

  /** The zone that wall times are shown in: the site's, else the browser's. */
  get zone(): string {
    return this.about?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** The zone that the server counts rules' hours in; without a configured one it is UTC. */
  get ruleZone(): string {
    return this.about?.zone ?? 'UTC';
  }

  async start(): Promise<void> {
    this.stage = 'asking';
    this.problem = null;
    try {
      this.about = await api.about();
      this.#in(await api.session());
    } catch (reason) {
      const problem = asProblem(reason);
      if (problem.status === 401) {
        this.stage = 'out';
      } else {
        this.problem = problem;
        this.stage = 'silent';
      }
    }
  }

  may(act: Act): boolean {
    return this.acts.includes(act);
  }

  /** Throws a Problem when name, password or code are not right. */
  async signIn(name: string, password: string, code: string | null): Promise<void> {
    this.#in(await access.signIn(name, password, code));
  }

  /** Throws a Problem when the passkey's answer is not right. */
  async signInWithPasskey(credential: Record<string, unknown>): Promise<void> {
    this.#in(await access.signInWithPasskey(credential));
  }

  async signOut(): Promise<void> {
    await api.signOut();
    this.person = null;
    this.expired = false;
    this.stage = 'out';
  }

  #in(session: Session): void {
    this.person = session.person;
    this.acts = session.acts;
    this.method = session.method;
    this.enrolling = session.enrolling;
    this.expired = false;
    this.stage = 'in';
  }
}

export const session = new SessionState();
