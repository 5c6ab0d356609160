import { describe, expect, it } from 'vitest';
import type { FormField } from '../core/generated/FormField';
import { config, wrongAnswers } from './form';

const field = (key: string, kind: FormField['kind'], required = false): FormField => ({
  key,
  label: key,
  kind,
  required,
  example: '',
});
const FORM = [
  field('url', 'url', true),
  field('lag', 'number'),
  field('remember', 'flag'),
  field('note', 'text'),
];

describe('a connector’s form', () => {
  it('asks for what is required and takes a bare host name', () => {
    expect(Object.keys(wrongAnswers(FORM, {}))).toEqual(['url']);
    expect(wrongAnswers(FORM, { url: 'example.org' })).toEqual({});
    expect(wrongAnswers(FORM, { url: 'https://erp.example.org:8000/' })).toEqual({});
    expect(Object.keys(wrongAnswers(FORM, { url: 'two words', lag: '2m' }))).toEqual([
      'url',
      'lag',
    ]);
  });

  it('sends numbers and flags as such and leaves out what was not answered', () => {
    expect(config(FORM, { url: ' example.org ', lag: '2', remember: 'yes', note: '' })).toEqual({
      url: 'example.org',
      lag: 2,
      remember: true,
    });
    expect(config(FORM, { url: 'a' })).toEqual({ url: 'a', remember: false });
  });
});
