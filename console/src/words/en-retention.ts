import type { esRetention } from './es-retention';

/** English: retention and holds. */
export const enRetention: Readonly<Record<keyof typeof esRetention, string>> = {
  'oversight.retention': 'Retention',
  'retention.loading': 'Working out what will be destroyed…',
  'retention.holds': 'Holds',
  'retention.noHolds': 'Nothing is held: everything is destroyed in its time.',
  'retention.place': 'Hold a span',
  'retention.placeNow': 'Hold',
  'retention.reason': 'Why it must be kept',
  'retention.days': 'Days from today',
  'retention.until': 'until {time}',
  'retention.end': 'Lift',
  'retention.endNow': 'Lift now',
  'retention.endWhy': 'Why it is not needed any more',
  'retention.plan': 'What will be destroyed, and when',
  'retention.kept.one': 'Every hour is destroyed after {n} hour.',
  'retention.kept.other': 'Every hour is destroyed after {n} hours.',
  'retention.short': 'The disk has little room left.',
  'retention.nothing': 'There are no recorded hours.',
  'retention.in': 'in {length}',
  'retention.why.retention': 'its time is over',
  'retention.why.disk_pressure': 'the disk has no room',
};
