import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../core/generated/LedgerLine';
import type { Manifest } from '../core/generated/Manifest';
import { addable, loaded, shelf } from './welcome';

const manifest = (name: string, kinds: Manifest['kinds'], folder = false): Manifest =>
  ({ name, kinds, form: folder ? [{ kind: 'folder' }] : [] }) as unknown as Manifest;
const line = (local: number, source: number | null, complete = false): LedgerLine =>
  ({ local_count: local, source_count: source, looked: null, complete }) as LedgerLine;

describe('the choice of sources', () => {
  it('puts each kind where people look for it and offers no second “this device”', () => {
    expect(shelf(manifest('matrix', ['conversation', 'message']))).toBe('talk');
    expect(shelf(manifest('tryton', ['record', 'organisation']))).toBe('company');
    expect(shelf(manifest('files', ['record', 'message'], true))).toBe('here');
    expect(addable([manifest('local', ['task']), manifest('matrix', [])])).toHaveLength(1);
  });
});

describe('a first loading', () => {
  it('counts what is here of what was promised', () => {
    expect(loaded([line(50, null), line(25, null)], 100)).toMatchObject({ here: 75, share: 0.75 });
    expect(loaded([line(50, 100), line(0, 100)], null)).toMatchObject({ of: 200, share: 0.25 });
  });

  it('goes by conversations where a source counts those alone', () => {
    const chat = { ...line(900, null), looked: { done: 90, of: 360 } };
    expect(loaded([chat], null)).toMatchObject({ here: 900, of: null, share: 0.25 });
  });

  it('claims no share where a source cannot count, and none before anything is listed', () => {
    expect(loaded([line(50, null), line(1, 2)], null).share).toBeNull();
    expect(loaded([], null)).toMatchObject({ share: null, complete: false });
  });
});
