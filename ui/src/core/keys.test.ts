import { describe, expect, it } from 'vitest';
import { pressed, writing } from './keys.svelte';
import { KEYMAP } from './keymap';
import { linked, placeOf, to } from './route.svelte';

const key = (key: string, more: Partial<KeyboardEventInit> = {}) =>
  new KeyboardEvent('keydown', { key, ...more });

describe('keys', () => {
  it('are written as the table writes them', () => {
    expect(pressed(key('j'))).toBe('J');
    expect(pressed(key('?', { shiftKey: true }))).toBe('?');
    expect(pressed(key('X', { shiftKey: true }))).toBe('Shift+X');
    expect(pressed(key('k', { ctrlKey: true }))).toBe('Mod+K');
    expect(pressed(key('ArrowDown'))).toBe('ArrowDown');
    expect(pressed(key('z', { altKey: true, code: 'KeyZ' }))).toBe('Alt+Z');
    expect(pressed(key('Enter', { ctrlKey: true, shiftKey: true }))).toBe('Mod+Shift+Enter');
  });

  it('are text where somebody writes', () => {
    const input = document.createElement('input');
    expect(writing(input)).toBe(true);
    input.type = 'checkbox';
    expect(writing(input)).toBe(false);
    expect(writing(document.createElement('textarea'))).toBe(true);
    expect(writing(document.createElement('button'))).toBe(false);
  });

  it('name each command once', () => {
    const ids = KEYMAP.map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('addresses', () => {
  it('lead a rapport link to its place and nothing else anywhere', () => {
    expect(linked('rapport://conversation/12')).toBe('#/inbox/12');
    expect(linked('rapport://customer/3')).toBe('#/customer/3');
    expect(linked('rapport://conversation/../../etc')).toBeNull();
    expect(linked('rapport://conversation/12?message=34&reply=1')).toBe(
      '#/inbox/12?message=34&reply=1',
    );
    expect(linked('rapport://message/34?reply=1')).toBe('#/inbox?reply=1&message=34');
    expect(linked('rapport://conversation')).toBeNull();
    expect(linked('rapport://today')).toBe('#/today');
    expect(linked('https://evil.example/conversation/1')).toBeNull();
    expect(linked('rapport://unknown/1')).toBeNull();
  });

  it('carry particulars only where there are any', () => {
    expect(to('inbox', null, { only: null })).toBe('#/inbox');
    expect(to('inbox', 'a b', { only: 'mentions' })).toBe('#/inbox/a%20b?only=mentions');
    expect(placeOf('message', '9')).toBe('#/inbox?message=9');
  });
});
