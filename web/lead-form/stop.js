// Counts on which page of the form visitors leave before Send. The clinic learns only the page.
// A visitor who comes back is counted on the last page that they left, and after Send on no page.

/** Called when the visitor leaves. Does not count people under 18, or while the form is being sent. */
export function countStop(form) {
  const { answers, state } = form;
  if (!answers) return;
  const { view, last: before } = state;
  const stays = form.receipt || form.sending.pending || answers.isMinor || view === "start";
  const page = stays ? undefined : view === "page" ? answers.pages[state.step].dataset.page : view;
  if (page === before) return;
  state.last = page;
  form.draft.save({ ...form.draft.load(), last: page }); // the draft still expires at the same time
  form.service.fetch("stops", { questionnaire: form.questionnaireId, page, before }, { keepalive: true }).catch(() => {});
}
