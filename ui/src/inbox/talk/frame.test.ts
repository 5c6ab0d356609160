import { expect, it } from 'vitest';
import { SANDBOX, coloured, documentOf } from './frame';

const look = {
  dark: true,
  sheet: '/frame.css',
  text: 'rgb(1, 2, 3)',
  link: 'rgb(4, 5, 6)',
  line: 'rgb(7, 8, 9)',
  size: 13,
};

it('never lets a frame of foreign HTML run scripts, send forms or open windows', () => {
  expect(SANDBOX.split(' ')).toEqual(['allow-same-origin']);
});

it('lets a frame load nothing but pictures that travel with the mail, unless they were asked for', () => {
  const policy = (images: boolean) =>
    /Content-Security-Policy" content="([^"]*)"/.exec(documentOf('<p>x', look, images, 'en'))?.[1];
  expect(policy(false)).toContain("default-src 'none'; img-src data:;");
  expect(policy(false)).not.toContain('http');
  expect(policy(true)).toContain('img-src data: https:;');
  expect(policy(true)).not.toContain('http:');
});

it('states the policy before the first foreign byte', () => {
  const doc = documentOf('<p>foreign', look, false, 'en');
  expect(doc.indexOf('Content-Security-Policy')).toBeLessThan(doc.indexOf('foreign'));
});

it('keeps a mail with colours of its own on white, and gives others the theme', () => {
  expect(coloured('<td bgcolor=#123>')).toBe(true);
  expect(coloured('<p style="color:#333">')).toBe(true);
  expect(coloured('<p>the color of it')).toBe(false);
  expect(documentOf('<p style="color:#333">', look, false, 'en')).toContain('background:#fff');
  expect(documentOf('<p>plain', look, false, 'en')).toContain('color-scheme:dark');
});

it('has no style element: the policy of the window, which it inherits, allows none', () => {
  expect(documentOf('<p>x', look, true, 'en')).not.toMatch(/<style/i);
});
