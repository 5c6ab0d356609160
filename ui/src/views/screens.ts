// Every screen by the first word of its address; loaded when first shown.

import type { Component } from 'svelte';

type Loaded = Promise<{ default: Component }>;

const CODE: Record<string, () => Loaded> = {
  today: () => import('./Today.svelte'),
  inbox: () => import('./Inbox.svelte'),
  tasks: () => import('./Tasks.svelte'),
  calendar: () => import('./Calendar.svelte'),
  customers: () => import('./Customers.svelte'),
  customer: () => import('./Customer.svelte'),
  person: () => import('./Person.svelte'),
  whose: () => import('./Whose.svelte'),
  record: () => import('./Record.svelte'),
  page: () => import('./Page.svelte'),
  accounts: () => import('./Accounts.svelte'),
  settings: () => import('./Settings.svelte'),
  welcome: () => import('./Onboarding.svelte'),
  kit: () => import('./Kit.svelte'),
};

const here = new Map<string, Component>();

/** A screen: itself when its code is here, else when it comes. The first one is Today. */
export function screen(view: string): Component | Promise<Component> {
  const known = view in CODE ? view : 'today';
  return (
    here.get(known) ??
    (CODE[known] as () => Loaded)().then(({ default: one }) => {
      here.set(known, one);
      return one;
    })
  );
}
