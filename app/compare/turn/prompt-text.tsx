/** What was asked, as it was written. Long ones scroll by themselves. */
export function PromptText({ prompt }: { prompt: string }) {
  return (
    <div
      dir="auto"
      role="group"
      aria-label="Prompt"
      data-scrolls
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keyboard
      tabIndex={0}
      className="max-h-[30vh] overflow-y-auto whitespace-pre-wrap rounded-card border border-line bg-sunken px-4 py-2.5 text-reading [overflow-wrap:anywhere]"
    >
      {prompt}
    </div>
  );
}
