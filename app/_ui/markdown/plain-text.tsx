/** Text as it came. */
export function PlainText({ text }: { text: string }) {
  return <p className="whitespace-pre-wrap text-reading [overflow-wrap:anywhere]">{text}</p>;
}
