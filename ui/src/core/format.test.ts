import { describe, expect, it } from 'vitest';
import { age, ago, hue, initials, when } from './format';

describe('initials', () => {
  it('are two letters of one script', () => {
    expect(initials('Ines Halvorsen')).toBe('IH');
    expect(initials('Wei Zhang 张伟')).toBe('WZ');
    expect(initials('张伟')).toBe('张伟');
    expect(initials('Rapport')).toBe('Ra');
    expect(initials('')).toBe('?');
  });
});

describe('a hue', () => {
  it('is far from that of the next ids', () => {
    // Customers of one import have ids that follow each other; eight of them look like eight.
    const hues = ['1', '4', '7', '10', '13', '16', '19', '22'].map(hue).sort((a, b) => a - b);
    const near = hues.filter((one, at) => at > 0 && one - (hues[at - 1] ?? 0) < 8);
    expect(near.length).toBeLessThan(3);
    expect((hues[7] ?? 0) - (hues[0] ?? 0)).toBeGreaterThan(180);
  });
});

describe('an age', () => {
  const now = Date.now();

  it('of what is still to come is when it comes', () => {
    const later = now + 3 * 3_600_000;
    expect(ago(later)).toBe(when(later));
    expect(age(later)).toBe(when(later));
    expect(age(now + 40 * 24 * 3_600_000)).not.toMatch(/^\d+ [smhd]/);
  });

  it('forgives a clock that is a little ahead', () => {
    expect(ago(now + 20_000)).toBe('0 s ago');
    expect(ago(now - 5.5 * 60_000)).toMatch(/^[56] min ago$/);
  });
});
