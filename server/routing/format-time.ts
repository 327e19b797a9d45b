/** Times in the text of messages. */

const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** `21 Nov, 14:05:20`, in the local time of this machine. @param iso ISO 8601 */
export const formatTime = (iso: string): string => format.format(new Date(iso));
