import { asProblem, isAbort, type Problem } from '../api/problem';
import { situations } from '../api/situations';
import type { Rule, RuleInput, Zone, ZoneInput } from '../api/types';

/** One camera's zones and rules. What changes them throws a Problem when the server refuses. */
export class Watched {
  zones = $state.raw<Zone[]>([]);
  rules = $state.raw<Rule[]>([]);
  loaded = $state(false);
  problem = $state<Problem | null>(null);

  constructor(readonly camera: string) {}

  async load(signal: AbortSignal = new AbortController().signal): Promise<void> {
    try {
      const [zones, { rules }] = await Promise.all([
        situations.zones(this.camera, signal),
        situations.rules(this.camera, signal),
      ]);
      this.zones = zones;
      this.rules = rules;
      this.problem = null;
      this.loaded = true;
    } catch (reason) {
      if (!signal.aborted && !isAbort(reason)) this.problem = asProblem(reason);
    }
  }

  zone(id: string | null): Zone | undefined {
    return this.zones.find((zone) => zone.id === id);
  }

  rulesOf(zone: string): Rule[] {
    return this.rules.filter((rule) => rule.zone_id === zone);
  }

  async saveZone(id: string | null, input: ZoneInput): Promise<Zone> {
    const { camera } = this;
    const saved = await (id === null
      ? situations.addZone(camera, input)
      : situations.saveZone(camera, id, input));
    this.zones = [...this.zones.filter((zone) => zone.id !== saved.id), saved];
    return saved;
  }

  /** The server refuses while a rule needs the zone. */
  async removeZone(id: string): Promise<void> {
    await situations.removeZone(this.camera, id);
    this.zones = this.zones.filter((zone) => zone.id !== id);
  }

  async saveRule(id: string | null, input: RuleInput): Promise<Rule> {
    const { camera } = this;
    const saved = await (id === null
      ? situations.addRule(camera, input)
      : situations.saveRule(camera, id, input));
    const place = this.rules.findIndex((rule) => rule.id === saved.id);
    this.rules = place < 0 ? [...this.rules, saved] : this.rules.with(place, saved);
    return saved;
  }

  async removeRule(id: string): Promise<void> {
    await situations.removeRule(this.camera, id);
    this.rules = this.rules.filter((rule) => rule.id !== id);
  }
}
