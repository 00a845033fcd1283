/* How the random walk brings a call to its end. */
#include "services/dispatcher/rules.h"
#include "tests/lib/dispatch_walk_inner.h"

static void
file_parts(struct walk *w, const struct row_call *c)
{
	for (size_t i = 0; i < walk_n_units; i++)
		SEND(w, call_file_part, .call = c->id, .result = STR("done"),
		    .unit = str_of(walk_units[i]));
	/* A village calls it; nobody else. */
	SEND(w, call_file_part, .call = c->id, .result = STR("done"),
	    .unit = STR(CONTACT_TEAM));
}

void
walk_end_call(struct walk *w, const struct row_call *c)
{
	if (str_is(c->state, "drafted"))
		must(SEND(w, call_cancel, .call = c->id,
		    .reason = STR("too late"), .unit = c->room));
	if (str_is(c->state, "gathering") || str_is(c->state, "working")) {
		/* Whoever leads comes (again), and all parts are there. */
		SEND(w, call_report_in, .call = c->id, .voucher = STR(DUTY),
		    .unit = c->main, .officer = walk_sender(c->main));
		file_parts(w, c);
		must(SEND(w, call_submit, .call = c->id, .result = STR("done"),
		    .unit = c->main, .officer = walk_sender(c->main)));
	}
	if (str_is(c->state, "submitted"))
		must(SEND(w, call_release, .call = c->id, .unit = c->room));
	if (str_is(c->state, "released") && c->confirm_by > 0)
		must(SEND(w, call_confirm, .call = c->id, .emergency = true,
		    .unit = STR(LEADERS), .officer = STR(TOWN_HEAD)));
}
