#include "tests/sim/boundary.h"
#include "tests/sim/draft.h"
#include "tests/sim/people.h"

#include <stdio.h>

/* So many of the first rows of a table get most of the rest. */
#define FOCUS 6
/* One of so many casefiles is followed through. */
#define FOLLOWED 3

/* The events about CASEFILE that its slot of SERVICE has not come to yet. */
static bool
is_behind(const struct world *w, size_t service, struct str casefile)
{
	const struct journal *j = &w->store.journal;
	struct num slot = num_of(journal_slot(casefile, 0));
	struct str key[] = { str_of(services[service]->name), CELL_NUM(slot) };
	const struct spot *s = table_find(&w->store.fixed[TABLE_cursor], key);
	int64_t seq;

	must(s != NULL && s->now != NULL);
	seq = cell_i64(s->now->cell[COL_cursor_seq]);
	for (size_t i = j->n; i-- > 0 && j->v[i]->seq > seq;)
		if (str_eq(j->v[i]->subject, casefile))
			return true;
	return false;
}

bool
draft_is_idle(const struct world *w, size_t service, struct str casefile)
{
	return !people_wait_for(w->people, casefile) &&
	       !is_behind(w, service, casefile);
}

/* What people come back to, and how often. */
static const struct {
	const char *row;
	unsigned weight;
} interests[] = {
	{ "dispatcher.task", 14 },
	{ "dispatcher.call", 24 },
	{ "dispatcher.casefile", 10 },
	{ "dispatcher.step", 10 },
	{ "dispatcher.bundle", 7 },
	{ "dispatcher.dispute", 7 },
	{ "dispatcher.card", 3 },
	{ "dispatcher.receipt", 4 },
	{ "dispatcher.admission", 2 },
	{ "dispatcher.campaign", 2 },
	{ "dispatcher.fault", 2 },
	{ "dispatcher.talk", 1 },
	{ "dispatcher.warning", 4 },
	{ "dispatcher.boundary", 1 },
	{ "dispatcher.support", 1 },
	{ "intake.report", 5 },
	{ "intake.agency", 4 },
	{ "intake.request", 3 },
	{ "intake.booking", 2 },
	{ "intake.callback", 4 },
	{ "enforcement.casefile", 1 },
	{ "enforcement.penalty", 6 },
	{ "mediation.casefile", 1 },
	{ "mediation.mediation", 3 },
	{ "mediation.agreement", 2 },
};

/* The service; its number of the thing goes into *THING. */
static size_t
find_thing(const char *row, size_t *thing)
{
	for (size_t s = 0; s < SERVICES; s++)
		for (*thing = 0; *thing < services[s]->machine->n_things;
		     (*thing)++)
			if (strcmp(
				services[s]->machine->things[*thing].row->type,
				row) == 0)
				return s;
	never("a thing of no service");
}

/* Every world has something that it cares for more than others. */
static size_t
some_thing(struct draft *d, size_t *thing)
{
	uint64_t n = 0;
	size_t i = d->w->seed % ARRAY_LEN(interests);

	if (draft_throw(d, 4) == 0)
		return find_thing(interests[i].row, thing);
	for (i = 0; i < ARRAY_LEN(interests); i++)
		n += interests[i].weight;
	n = draft_throw(d, n);
	for (i = 0; n >= interests[i].weight; i++)
		n -= interests[i].weight;
	return find_thing(interests[i].row, thing);
}

/* The casefile that a world follows through; empty: none is there yet. */
static struct str
followed(const struct draft *d)
{
	const struct table *t =
	    store_table(&d->w->store, STR("dispatcher.casefile"));
	size_t i =
	    d->w->seed % FOLLOWED < t->n_spots ? d->w->seed % FOLLOWED : 0;

	return t->n_spots > 0 && t->spots[i]->now != NULL
		   ? t->spots[i]->now->cell[0]
		   : STR("");
}

/* Any row of it; NULL: there is none of that kind. */
static const struct version *
row_of(struct draft *d, struct str casefile)
{
	const struct version *found = NULL;
	uint64_t n = 0;

	for (size_t i = 0; i < d->table->n_spots; i++) {
		const struct version *v = d->table->spots[i]->now;

		if (v != NULL && str_eq(v->cell[1], casefile) &&
		    draft_throw(d, ++n) == 0)
			found = v;
	}
	return found;
}

/*
 * A row that everybody sees.  Mostly of one casefile or one of the first, so
 * that something becomes of them, and of one that nobody works on just now.
 */
static bool
some_row(struct draft *d, const struct machine **m, size_t *thing)
{
	size_t service = some_thing(d, thing), n;

	*m = services[service]->machine;
	d->table =
	    store_table(&d->w->store, str_of((*m)->things[*thing].row->type));
	n = d->table->n_spots;
	if (n == 0)
		return false;
	if (n > FOCUS && draft_throw(d, 8) > 0)
		n = FOCUS;
	if (draft_throw(d, 3) > 0)
		d->row = row_of(d, followed(d));
	else
		d->row = d->table->spots[draft_throw(d, n)]->now;
	if (d->row == NULL)
		return false;
	return d->hasty || draft_is_idle(d->w, service, d->row->cell[1]);
}

/* May DESC begin something on ROW, by its id or its casefile's number? */
static bool
may_begin(const struct msg_desc *desc, const struct thing *t,
    const struct version *row)
{
	const struct msg_field *f = &desc->fields[0];

	if (str_eq(row->cell[0], row->cell[1]))
		return f->format.look == LOOK_CASEFILE ||
		       (f->format.look == LOOK_THING && f->need == OPTIONAL);
	/* What was found while looking. */
	return desc == &msg_fault_book_desc &&
	       (strcmp(t->name, "campaign") == 0 ||
		   strcmp(t->name, "receipt") == 0);
}

/* Does MV of MACHINE's table move THING, as ROW stands, on a command? */
static bool
is_way(const struct machine *m, const struct move *mv, size_t thing,
    const struct version *row)
{
	int state = thing_state(&m->things[thing], row->cell[3]);

	if (mv->on->kind != MSG_COMMAND || mv->aim == AIM_ALONG)
		return false;
	if (mv->aim == AIM_NEW)
		return may_begin(mv->on, &m->things[thing], row);
	return (size_t)mv->thing == thing && (mv->from & IN(state)) != 0;
}

/* What ends a thing early, or asks for nothing new, is rarely wanted. */
static bool
is_wanted(struct draft *d, const struct msg_desc *desc)
{
	static const char *const rare[] = { "penalty.end", "mediation.decline",
		"mediation.fail", "call.cancel", "call.decline", "call.agree",
		"casefile.raise", "report.refuse", "penalty.transfer",
		"jurisdiction.ask", "penalty.decide", "penalty.add_evidence",
		"mediation.climb", "review.return", "call.leave",
		"casefile.close", "casefile.reject", "casefile.terminate",
		"casefile.merge", "casefile.lower", "task.reject", "task.take",
		"task.hand", "task.recall", "task.urge", "task.arrive",
		"task.contact", "task.withdraw", "extension.decline",
		"suspension.decline", "bundle.stop", "campaign.stop",
		"emergency.stand_down", "group.form", "group.dissolve",
		"casefile.rehome", "card.issue", "agreement.perform" };
	static const char *const rarest[] = { "penalty.file", "mediation.apply",
		"campaign.choose", "campaign.plan", "fault.book",
		"agreement.perform" };

	for (size_t i = 0; i < ARRAY_LEN(rarest); i++)
		if (strcmp(rarest[i], desc->type) == 0)
			return draft_throw(d, 12) == 0;
	for (size_t i = 0; i < ARRAY_LEN(rare); i++)
		if (strcmp(rare[i], desc->type) == 0)
			return draft_throw(d, 4) == 0;
	return true;
}

/* Makes no sense before something else was said: a column tells. */
static bool
is_asked_for(const struct draft *d, const struct msg_desc *desc)
{
	static const struct {
		const char *type;
		const char *column;
	} answers[] = {
		{ "extension.grant", "extend_to" },
		{ "extension.decline", "extend_to" },
		{ "suspension.grant", "suspend_to" },
		{ "suspension.decline", "suspend_to" },
		{ "dispute.raise", "dispute_by" },
		{ "task.recall", "handed_to" },
		{ "card.excuse", "answer_by" },
		{ "card.decline", "answer_by" },
	};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		int c = strcmp(answers[i].type, desc->type) == 0
			    ? table_column(d->table, str_of(answers[i].column))
			    : -1;

		if (c >= 0)
			return d->row->cell[c].n > 0;
	}
	return true;
}

/* What brings a thing nearer to its end. */
static bool
is_onward(const struct msg_desc *desc)
{
	static const char *const onward[] = { "report.accept", "agency.return",
		"callback.record", "casefile.route", "casefile.verify",
		"casefile.close", "task.sign", "task.submit", "task.accept",
		"call.approve", "call.report_in", "call.file_part",
		"call.submit", "call.release", "call.grade", "bundle.decompose",
		"bundle.integrate", "step.record", "step.supply",
		"receipt.receive", "receipt.report", "receipt.accept",
		"campaign.issue", "campaign.close", "fault.fix",
		"fault.write_off", "penalty.conclude", "penalty.notice",
		"review.ask", "review.pass", "penalty.decide", "penalty.serve",
		"penalty.close", "agreement.make", "suspension.grant",
		"return.decline", "call.refuse", "call.rule", "call.free",
		"dispute.raise", "dispute.settle", "warning.respond",
		"warning.handle" };

	for (size_t i = 0; i < ARRAY_LEN(onward); i++)
		if (strcmp(onward[i], desc->type) == 0)
			return true;
	return false;
}

/* The ways of WAYS that lead onward, and how many. */
static size_t
only_onward(const struct move **ways, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (is_onward(ways[i]->on))
			ways[kept++] = ways[i];
	return kept;
}

/* A command that the states allow. */
static bool
fitting(struct draft *d)
{
	const struct machine *m;
	const struct move *ways[64];
	const struct msg_desc *desc = NULL;
	size_t thing, n = 0;
	const char *row = draft_through(d);

	if (row != NULL) {
		size_t service = find_thing(row, &thing);

		m = services[service]->machine;
		if (!draft_is_idle(d->w, service, d->row->cell[1]))
			return false;
	} else if (!some_row(d, &m, &thing)) {
		return false;
	}
	for (size_t i = 0; i < m->n_moves && n < ARRAY_LEN(ways); i++)
		if (is_way(m, &m->moves[i], thing, d->row) &&
		    is_asked_for(d, m->moves[i].on))
			ways[n++] = &m->moves[i];
	if (n > 0 && (row != NULL || draft_throw(d, 2) == 0)) {
		n = only_onward(ways, n);
		if (n > 0)
			desc = ways[draft_throw(d, n)]->on;
	} else if (n > 0) {
		desc = ways[draft_throw(d, n)]->on;
		if (!is_wanted(d, desc))
			return false;
	}
	if (desc == NULL)
		return false;
	d->division = arena_str(d->arena, d->row->cell[2]);
	draft_about(d, desc, arena_str(d->arena, d->row->cell[0]));
	return true;
}

/* Any command to any thing. */
static bool
unfit(struct draft *d)
{
	const struct machine *m;
	const struct msg_desc *desc;
	size_t thing;

	if (!some_row(d, &m, &thing))
		return false;
	desc = draft_any_type(d);
	d->division = arena_str(d->arena, d->row->cell[2]);
	/* Another thing's fields make no sense here. */
	d->table = NULL;
	draft_about(d, desc,
	    draft_throw(d, 3) > 0 ? arena_str(d->arena, d->row->cell[0])
				  : STR("330122-26-9999999"));
	return true;
}

/* What a later version, or none, would have sent. */
static bool
garbage(struct draft *d)
{
	const struct machine *m;
	size_t thing;

	if (!chaos_strikes(FAULT_garbage) || !some_row(d, &m, &thing))
		return false;
	d->desc = draft_any_type(d);
	d->msg = NULL;
	d->division = arena_str(d->arena, d->row->cell[2]);
	d->subject = arena_str(d->arena, d->row->cell[1]);
	return true;
}

/* False: there is nothing to say just now. */
static bool
choose(struct draft *d, size_t n)
{
	bool few = d->w->n_reports < 4 + n / 12;
	bool misfit = draft_throw(d, 40) == 0;

	d->hasty = draft_throw(d, 20) == 0;
	if (garbage(d) || draft_bundle(d))
		return true;
	if (draft_throw(d, 40) == 0) {
		draft_alone(d);
		return true;
	}
	for (int tries = 0; tries < 60 && !(few && draft_throw(d, 3) == 0);
	     tries++)
		if (misfit ? unfit(d) : fitting(d))
			return true;
	d->table = NULL;
	if (!few)
		return false;
	draft_report(d);
	d->w->n_reports++;
	return true;
}

struct letter *
command_new(struct world *w, size_t n)
{
	struct draft d = { .w = w, .arena = arena_new((size_t)1 << 24) };
	char id[48];
	struct letter *l = NULL;

	if (w->n_strays > 0) {
		arena_free(&d.arena);
		return boundary_letter(w, n);
	}
	(void)snprintf(id, sizeof(id), "letter-%zu", n);
	/* The bus takes nothing else. */
	if (choose(&d, n) && (d.msg == NULL || msg_check(d.desc, d.msg,
						   MSG_STRICT, NULL) == RC_OK))
		l = draft_post(&d, id);
	arena_free(&d.arena);
	return l;
}
