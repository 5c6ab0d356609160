import { expect, test, vi } from 'vitest';

// Before anything writes a date: how that is done is made once, for one zone.
vi.stubEnv('TZ', 'Europe/Berlin');
vi.useFakeTimers({ now: new Date(2026, 2, 20, 9), toFake: ['Date'] });
const { dueAt } = await import('../core/format');
const { language } = await import('../core/i18n.svelte');
const { dueShort } = await import('./edit');
language.use('en');

const day = (at: string) => ({ is: 'day', at }) as const;

test('a day is due on that day, also when it is an hour shorter or longer', () => {
  expect(dueShort(day('2026-03-28'))).toBe('Sat 28');
  expect(dueShort(day('2026-03-29'))).toBe('Sun 29');
  expect(dueShort(day('2026-03-30'))).toBe('Mon 30');
  for (const [month, date] of [
    [2, 28],
    [2, 29],
    [9, 25],
    [11, 31],
  ] as const) {
    const due = dueAt(day(`2026-${String(month + 1).padStart(2, '0')}-${date}`));
    expect(due).toBe(new Date(2026, month, date, 23, 59, 59, 999).getTime());
  }
});
