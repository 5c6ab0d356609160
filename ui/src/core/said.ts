// Sentences of the core in the user's language: a stable word with its values.
// One that has no sentence here is shown as the core wrote it.

import type { Fault } from './generated/Fault';
import type { Said } from './generated/Said';
import { because } from './because';
import { bytes, moment } from './format';
import { has, t, word } from './i18n.svelte';

type Values = Said['with'];

/** Sizes, moments and the core's own words, as people read them. */
function readable(values: Values): Values {
  const out: Values = { ...values };
  for (const [name, value] of Object.entries(values)) {
    if (name === 'bytes' && typeof value === 'number') out[name] = bytes(value);
    else if ((name === 'at' || name === 'until') && typeof value === 'number')
      out[name] = moment(value);
    else if (name === 'why' && typeof value === 'string') out[name] = because(value);
    else if (typeof value === 'string' && ['kind', 'does', 'state'].includes(name))
      out[name] = word(`core.${name}`, value);
  }
  return out;
}

/** A sentence of the core, from a group of messages. */
export function sentence(group: string, said: Said): string {
  const key = `${group}.${said.word}`;
  return has(key) ? t(key, readable(said.with)) : said.text;
}

const reason = (fault: Fault): string =>
  because(fault.is === 'throttled' ? fault.detail.why : fault.detail);

/** Why a source did not do it, in its own words where it had some: a sentence of its own. */
export const faultWhy = (fault: Fault): string => {
  const why = reason(fault);
  return why.charAt(0).toUpperCase() + why.slice(1);
};

/** What a source answered, with the reason. */
export function faultText(fault: Fault): string {
  const why = reason(fault);
  return t(`error.why.fault.${fault.is}`, { why: why ? why : '–' });
}
