// All messages in German, in one piece that is read when somebody wants it.

const parts = import.meta.glob<Record<string, string>>('../**/messages.de.json', {
  eager: true,
  import: 'default',
});

/** What our connectors say of a source, English by German. */
export { default as faults } from './faults.de.json';

export default Object.assign({}, ...Object.values(parts)) as Record<string, string>;
