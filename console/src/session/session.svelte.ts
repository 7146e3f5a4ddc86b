import { api, whenSignedOut } from '../api/client';
import { asProblem, type Problem } from '../api/problem';
import type { About, Person } from '../api/types';

type Stage = 'asking' | 'out' | 'in' | 'silent';

/** Who sits in front of the console, and at which site. */
class SessionState {
  stage = $state<Stage>('asking');
  person = $state<Person | null>(null);
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
      const session = await api.session();
      this.person = session.person;
      this.stage = 'in';
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

  /** Throws a Problem when the name or the password is not right. */
  async signIn(name: string, password: string): Promise<void> {
    const session = await api.signIn(name, password);
    this.person = session.person;
    this.expired = false;
    this.stage = 'in';
  }

  async signOut(): Promise<void> {
    await api.signOut();
    this.person = null;
    this.expired = false;
    this.stage = 'out';
  }
}

export const session = new SessionState();
