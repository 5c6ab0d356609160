import { describe, expect, it } from 'vitest';
import type { Money } from '../core/generated/Money';
import type { RecordRow } from '../core/generated/RecordRow';
import { language } from '../core/i18n.svelte';
import { standing } from './standing';
import { left, total } from './sums';
import { draftOf, editorOf, numberIn, parsed, same, valueText } from './values';
import type { OutboxRow } from '../core/generated/OutboxRow';

const euro = (amount: string): Money => ({ amount, currency: 'EUR' });

describe('a typed number', () => {
  it('is read as the language writes it, and as the other one when there is no doubt', async () => {
    await language.use('en');
    expect(numberIn('40,000')).toBe('40000');
    expect(numberIn('€ 1,234,567.5')).toBe('1234567.5');
    expect(numberIn('12,5')).toBe('12.5');
    expect(numberIn('1.234,56')).toBe('1234.56');
    expect(numberIn('-3')).toBe('-3');
    expect(numberIn('forty')).toBeNull();
    expect(numberIn('1.2.3x')).toBe('123');
    await language.use('de');
    expect(numberIn('40.000')).toBe('40000');
    expect(numberIn('40.000,50')).toBe('40000.50');
    expect(numberIn('0,125')).toBe('0.125');
    await language.use('en');
  });
});

describe('a value as text', () => {
  it('is a moment or a day where a source keeps one as text, and words otherwise', async () => {
    await language.use('en');
    const said = (value: string) => valueText({ is: 'text', value });
    expect(said('2026-11-27T08:50:00Z')).not.toContain('T08');
    expect(said('2026-11-27')).toContain('Nov');
    for (const text of ['2026-11-27-4', '2026-13-45T99:99Z', 'Net 45'])
      expect(said(text)).toBe(text);
  });
});

describe('a value in its editor', () => {
  it('comes out as it went in', async () => {
    for (const value of [
      { is: 'money', value: euro('40000.00') },
      { is: 'number', value: '12.5' },
      { is: 'day', value: '2026-03-12' },
      { is: 'text', value: 'Net 45' },
      { is: 'list', value: ['a@x.example', 'b@x.example'] },
      { is: 'flag', value: true },
      { is: 'empty' },
    ] as const) {
      const given = value.is === 'list' ? { is: value.is, value: [...value.value] } : value;
      for (const locale of ['en', 'de'] as const) {
        await language.use(locale);
        const editor = editorOf('some', given);
        const back = parsed(draftOf(given, editor), editor, given);
        expect(back && same(back, given)).toBe(true);
      }
    }
    await language.use('en');
  });

  it('keeps its currency and refuses what is no amount', () => {
    const before = { is: 'money', value: { amount: '1', currency: 'SEK' } } as const;
    expect(parsed('45,000', 'money', before)).toEqual({
      is: 'money',
      value: { amount: '45000', currency: 'SEK' },
    });
    expect(parsed('a lot', 'money', before)).toBeNull();
    expect(parsed('', 'money', before)).toEqual({ is: 'empty' });
  });
});

const entry = (more: Partial<OutboxRow>): OutboxRow =>
  ({ does: 'set_fields', state: 'queued', conflict: [], fault: null, ...more }) as OutboxRow;
const text = (value: string) => ({ is: 'text', value }) as const;

describe('a field', () => {
  it('is said by its source only when nothing of ours is on the way', () => {
    expect(standing('terms', text('Net 45'), null, []).is).toBe('said');
    expect(standing('terms', text('Net 45'), text('Net 60'), [entry({})]).is).toBe('waits');
    // Another field of the same item waits.
    expect(standing('terms', text('Net 45'), null, [entry({})]).is).toBe('said');
  });

  it('shows a conflict before a refusal, and a refusal before waiting', () => {
    const row = { field: 'terms', base: text('1'), mine: text('2'), theirs: text('3') };
    expect(
      standing('terms', text('2'), text('3'), [entry({ state: 'parked', conflict: [row] })]).is,
    ).toBe('conflict');
    expect(standing('terms', text('2'), text('3'), [entry({ state: 'parked' })]).is).toBe(
      'refused',
    );
    // A conflict of another field does not make this one a conflict.
    expect(
      standing('owner', text('2'), text('3'), [entry({ state: 'parked', conflict: [row] })]).is,
    ).toBe('refused');
  });
});

const record = (amount: Money | null): RecordRow =>
  ({ phase: 'open', amount, outstanding: null }) as RecordRow;

describe('a sum', () => {
  it('has no drift and never adds different currencies', () => {
    const rows = [
      record(euro('0.10')),
      record(euro('0.2')),
      record({ amount: '5', currency: 'USD' }),
      record(null),
    ];
    expect(total(rows, 'amount')).toEqual(euro('0.30'));
    expect(left(rows, 'amount')).toBe(2);
    expect(total([], 'amount')).toBeNull();
    expect(total([record(euro('-1.5')), record(euro('0.25'))], 'amount')).toEqual(euro('-1.25'));
  });
});
