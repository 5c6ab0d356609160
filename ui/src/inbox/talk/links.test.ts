import { afterEach, describe, expect, it, vi } from 'vitest';
import { useTransport } from '../../core/transport';
import type { Transport } from '../../core/transport';
import { hostOf, links, misleads } from './links.svelte';

const act = vi.fn(async () => null);
useTransport({
  call: () => Promise.reject(new Error('not asked')),
  topics: () => () => {},
  list: () => () => {},
  gate: async () => ({ state: 'open', message: '', can: [] }),
  shell: { native: false, act, on: () => () => {} },
} as unknown as Transport);
afterEach(() => {
  links.answer(false);
  act.mockClear();
});

describe('a link', () => {
  it('is asked about when its text names another host', () => {
    for (const [text, href] of [
      ['bank.example', 'https://evil.example/bank.example'],
      ['https://bank.example/login', 'https://bank.example.evil.example/login'],
      ['www.bank.example', 'https://xn--bnk-qla.example/'],
      ['https://bank.example', 'https://bank.example@evil.example/'],
      ['ines@velmora.example', 'https://evil.example'],
      ['ines@velmora.example', 'mailto:eve@evil.example'],
    ] as const) {
      expect([text, misleads(text, href)]).toEqual([text, true]);
    }
  });

  it('is followed at once when it says where it leads, or nothing about it', () => {
    for (const [text, href] of [
      ['bank.example', 'https://www.bank.example/x'],
      ['Read the report', 'https://a.example/'],
      ['https://a.example/p?q=1', 'https://a.example/p?q=1'],
      ['ines@velmora.example', 'mailto:ines@velmora.example'],
      ['call us', 'tel:+494012345'],
    ] as const) {
      expect([text, misleads(text, href)]).toEqual([text, false]);
    }
  });

  it('opens nothing before the reader has seen the host, and nothing that is no link', () => {
    links.follow('bank.example', 'https://evil.example/');
    expect(act).not.toHaveBeenCalled();
    expect(links.asked?.host).toBe('evil.example');
    links.answer(true);
    expect(act).toHaveBeenCalledWith({ do: 'open_link', href: 'https://evil.example/' });
    act.mockClear();
    links.follow('x', 'javascript:alert(1)');
    links.follow('x', ' java\nscript:alert(1)');
    expect(links.asked).toBeNull();
    expect(act).not.toHaveBeenCalled();
  });

  it('shows hosts as registries write them', () => {
    expect(hostOf('https://bаnk.example/')).toMatch(/^xn--/);
    expect(hostOf('mailto:a@b.example')).toBe('a@b.example');
  });
});
