#include "services/intake/desk_caller.h"

#include "services/intake/desk_nearby.h"

/*
 * EV may open callbacks or be told to who waits: a closing, a promise that
 * passes, moves or stands still.
 */
static bool
may_call(const struct run_event *ev)
{
	const struct msg_deadline_overdue *m = ev->msg;

	return ev->desc == &msg_casefile_closed_desc ||
	       ev->desc == &msg_extension_granted_desc ||
	       ev->desc == &msg_suspension_granted_desc ||
	       ev->desc == &msg_suspension_ended_desc ||
	       (ev->desc == &msg_deadline_overdue_desc &&
		   (str_is(m->limit, "finish") || str_is(m->limit, "overall")));
}

/* What EV's casefile was merged into, and is closed with; empty: nothing. */
static struct str
parent_of(const struct run_event *ev)
{
	if (ev->desc != &msg_casefile_closed_desc)
		return (struct str){ NULL, 0 };
	return ((const struct msg_casefile_closed *)ev->msg)->parent;
}

static const struct row_report *
as_report(const struct held *h)
{
	return h->thing == THING_REPORT ? (const struct row_report *)h->row
					: NULL;
}

/* The tokens of F's reports into TOKENS, behind N others; how many now. */
static size_t
add_tokens(const struct folder *f, struct str *tokens, size_t n)
{
	for (const struct held *h = f->first; h != NULL; h = h->next) {
		const struct row_report *row = as_report(h);

		if (row != NULL && row->reachable)
			tokens[n++] = row->token;
	}
	return n;
}

/* A report may come to another folder by then: all of them are looked at. */
enum rc
caller_load(struct run *r, const struct run_event *events, size_t n,
    struct intake_persons *out, struct err *e)
{
	struct str *tokens;
	bool any = false;
	size_t most = 0, k = 0;

	*out = (struct intake_persons){ .n = 0 };
	for (size_t i = 0; i < n; i++) {
		any = any || may_call(&events[i]);
		most += run_folder(r, events[i].casefile)->n;
		/* It lies in another folder, as it is by then. */
		if (parent_of(&events[i]).n == 0)
			continue;
		TRY(run_await_before(r, &events[i], i, e));
		TRY(intake_store_callers(run_db(r), parent_of(&events[i]),
		    run_arena(r), &out->above, e));
	}
	if (!any)
		return RC_OK;
	tokens = arena_alloc(run_arena(r), (most + 1) * sizeof(*tokens));
	must(tokens != NULL);
	for (size_t i = 0; i < n; i++)
		k = add_tokens(run_folder(r, events[i].casefile), tokens, k);
	if (k == 0)
		return RC_OK;
	return intake_store_persons(
	    run_db(r), (struct strs){ tokens, k }, run_arena(r), out, e);
}

/* What came in with this very batch is not in the vault yet. */
static struct str
person_of(const struct intake_persons *known, const struct run_event *events,
    size_t n, const struct row_report *row)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].desc == &msg_report_submit_desc &&
		    str_eq(events[i].casefile, row->id))
			return nearby_heard(&events[i])->person;
	for (size_t i = 0; i < known->n; i++)
		if (str_eq(known->v[i].token, row->token))
			return known->v[i].person;
	return (struct str){ NULL, 0 };
}

void
caller_look(struct run *r, const struct intake_persons *known,
    struct run_event *events, size_t n, size_t i)
{
	const struct folder *f = run_folder(r, events[i].casefile);
	bool child = parent_of(&events[i]).n > 0;
	struct str *persons, *again, *above;
	size_t n_persons = 0, n_again = 0, n_above = 0;
	struct prepared *p;

	if (!may_call(&events[i]))
		return;
	p = arena_alloc(run_arena(r), sizeof(*p));
	persons = arena_alloc(run_arena(r), (f->n + 1) * sizeof(*persons));
	again = arena_alloc(run_arena(r), (f->n + 1) * sizeof(*again));
	above = arena_alloc(run_arena(r), (f->n + 1) * sizeof(*above));
	must(p != NULL && persons != NULL && again != NULL && above != NULL);
	for (const struct held *h = f->first; h != NULL; h = h->next) {
		const struct row_report *row = as_report(h);
		struct str who = { NULL, 0 };

		if (row != NULL && row->reachable)
			who = person_of(known, events, n, row);
		if (who.n == 0)
			continue;
		if (child && strs_has(known->above, who))
			above[n_above++] = row->id;
		else if (strs_has((struct strs){ persons, n_persons }, who))
			again[n_again++] = row->id;
		else
			persons[n_persons++] = who;
	}
	p->again = (struct strs){ again, n_again };
	p->above = (struct strs){ above, n_above };
	events[i].extra = p;
}
