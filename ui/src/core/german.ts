// All messages in German, in one piece that is read when somebody wants it.

const parts = import.meta.glob<Record<string, string>>('../**/messages.de.json', {
  eager: true,
  import: 'default',
});

export default Object.assign({}, ...Object.values(parts)) as Record<string, string>;
