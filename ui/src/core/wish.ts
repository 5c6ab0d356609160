// What an entry of the outbox wishes for, in the user's language.

import type { FieldValue } from './generated/FieldValue';
import type { Wish } from './generated/Wish';
import { t, word } from './i18n.svelte';
import { valueText } from './value';

/** A field's name for people. */
export const fieldName = (field: string): string => word('core.field', field);

/** A value, also one that is empty. */
export const written = (value: FieldValue): string => valueText(value) || t('core.value.empty');

/** One line about it. */
export function wishText(wish: Wish): string {
  switch (wish.is) {
    case 'send':
      return wish.text;
    case 'create':
      return t('core.wish.create', { kind: word('core.kind', wish.kind), title: wish.title });
    case 'set':
      return t('core.wish.set', {
        title: wish.title,
        fields: wish.fields
          .map((one) => `${fieldName(one.field)} → ${written(one.value)}`)
          .join(', '),
      });
    case 'act':
      return t('core.wish.act', { title: wish.title, action: word('core.act', wish.action) });
    default:
      return t(`core.wish.${wish.is}`, { ...wish });
  }
}
