/*
 * The one engine.  Every thing of every service, in every state, and every
 * command that its table knows for another state: refused, with the list of
 * what is allowed, complete, in the order of the table, each once; and
 * nothing is changed.
 */
#include "common/rule/step.h"
#include "tests/lib/county.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASEFILE "330122-26-0000417"
#define ALLOWED_MAX 64

extern const struct machine intake_machine, dispatcher_machine,
    enforcement_machine, mediation_machine, scoring_machine;

static const struct machine *const machines[] = { &intake_machine,
	&dispatcher_machine, &enforcement_machine, &mediation_machine,
	&scoring_machine };

static struct registry *county;

/* One row in one state, and one command about it. */
struct trial {
	const struct machine *m;
	int thing;
	int state;
	const struct msg_desc *command;
	struct arena *arena;
	struct folder folder;
	struct row_head *row;
	struct decision decision;
};

/* Does MV take the thing from STATE, told its id, or that of all there are? */
static bool
is_row(const struct trial *t, const struct move *mv, int state)
{
	return mv->thing == t->thing &&
	       (mv->aim == AIM_ID || mv->aim == AIM_EACH) &&
	       (mv->from & IN(state)) != 0;
}

static bool
is_listed(const struct trial *t, const struct msg_desc *command, int state)
{
	for (size_t i = 0; i < t->m->n_moves; i++)
		if (t->m->moves[i].on == command &&
		    is_row(t, &t->m->moves[i], state))
			return true;
	return false;
}

/* And nothing else: what it might make besides is for its rule to refuse. */
static bool
is_told_its_id(const struct trial *t, const struct msg_desc *command)
{
	for (size_t i = 0; i < t->m->n_moves; i++)
		if (t->m->moves[i].on == command &&
		    t->m->moves[i].aim == AIM_NEW)
			return false;
	for (int s = 1; s < STATES_MAX; s++)
		if (is_listed(t, command, s))
			return true;
	return false;
}

static void
begin(struct trial *t)
{
	const struct thing *thing = &t->m->things[t->thing];
	struct held *h;

	t->arena = arena_new((size_t)4 << 20);
	h = arena_alloc(t->arena, sizeof(*h));
	t->row = arena_alloc(t->arena, thing->row->size);
	assert_true(h != NULL && t->row != NULL);
	t->row->id = thing->mark != NULL
			 ? arena_printf(t->arena, CASEFILE "/%s1", thing->mark)
			 : STR(CASEFILE);
	t->row->casefile = STR(CASEFILE);
	t->row->division = STR("330122109");
	t->row->state = str_of(thing->states[t->state]);
	t->folder = (struct folder){ .casefile = STR(CASEFILE) };
	*h = (struct held){ .thing = t->thing, .row = t->row };
	folder_put(&t->folder, h);
	decision_init(&t->decision);
}

static void
send(struct trial *t)
{
	void *msg = arena_alloc(t->arena, t->command->size);
	struct msg_envelope env = { .id = STR("event-1"),
		.source = STR("/test"),
		.type = str_of(t->command->type),
		.subject = STR(CASEFILE),
		.division = STR("330122109") };
	struct step s = { .registry = county,
		.env = &env,
		.desc = t->command,
		.msg = msg,
		.at = county_time("2026-03-18T09:00:00+08:00"),
		.seq = 1,
		.folder = &t->folder,
		.decision = &t->decision,
		.arena = t->arena };

	assert_non_null(msg);
	*(struct str *)((char *)msg + t->command->fields[0].offset) =
	    t->row->id;
	env.time = s.at;
	(void)machine_apply(t->m, &s);
}

static size_t
expected(const struct trial *t, const char *list[ALLOWED_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < t->m->n_moves; i++) {
		const struct move *mv = &t->m->moves[i];
		bool twice = false;

		if (mv->on->kind != MSG_COMMAND || mv->aim == AIM_EACH ||
		    !is_row(t, mv, t->state))
			continue;
		for (size_t k = 0; k < n; k++)
			twice = twice || strcmp(list[k], mv->on->type) == 0;
		assert_true(n < ALLOWED_MAX);
		if (!twice)
			list[n++] = mv->on->type;
	}
	return n;
}

static void
complain(const struct trial *t, const char *what)
{
	fail_msg("%s: %s on a %s that is %s: %s", t->m->service,
	    t->command->type, t->m->things[t->thing].name,
	    t->m->things[t->thing].states[t->state], what);
}

static void
check(const struct trial *t)
{
	const struct decision *d = &t->decision;
	const char *list[ALLOWED_MAX];
	size_t n = expected(t, list);
	bool over =
	    n == 0 && strcmp(t->m->things[t->thing].name, "casefile") == 0;

	if (d->refused == NULL ||
	    strcmp(d->refused, over ? "CASEFILE_ENDED" : "NOT_ALLOWED_NOW") !=
		0)
		complain(t, d->refused != NULL ? d->refused : "not refused");
	if (d->allowed.n != n)
		complain(t, "another list of what is allowed");
	for (size_t i = 0; i < n; i++)
		if (!str_is(d->allowed.p[i], list[i]))
			complain(t, list[i]);
	if (!str_is(t->row->state, t->m->things[t->thing].states[t->state]) ||
	    t->folder.n != 1 || d->armings != NULL)
		complain(t, "it changes something");
	if (d->emissions == NULL || d->emissions->next != NULL ||
	    d->emissions->desc != &msg_command_refused_desc)
		complain(t, "it says something else");
}

static size_t
try_all(const struct machine *m, int thing, int state)
{
	size_t n = 0;

	for (size_t i = 0; i < msg_count; i++) {
		struct trial t = { .m = m,
			.thing = thing,
			.state = state,
			.command = msg_all[i] };

		if (t.command->kind != MSG_COMMAND ||
		    !is_told_its_id(&t, t.command) ||
		    is_listed(&t, t.command, state))
			continue;
		begin(&t);
		send(&t);
		check(&t);
		arena_free(&t.arena);
		n++;
	}
	return n;
}

static void
test_what_the_table_does_not_list_is_refused_with_what_it_does(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		for (size_t t = 0; t < machines[i]->n_things; t++)
			for (int s = 1;
			     s < STATES_MAX &&
			     machines[i]->things[t].states[s] != NULL;
			     s++)
				n += try_all(machines[i], (int)t, s);
	assert_true(n > 300);
}

#define MANY 100

/* Every callback of a casefile that is open again, however many. */
static void
test_a_message_means_all_rows_that_it_fits(void **state)
{
	struct trial t = { .m = &intake_machine,
		.command = &msg_casefile_reopened_desc };
	size_t lapsed = 0;

	(void)state;
	while (strcmp(t.m->things[t.thing].name, "callback") != 0)
		t.thing++;
	while (t.m->things[t.thing].states[t.state] == NULL ||
	       strcmp(t.m->things[t.thing].states[t.state], "due") != 0)
		t.state++;
	begin(&t);
	for (size_t i = 1; i < MANY; i++) {
		struct held *h = arena_alloc(t.arena, sizeof(*h));
		struct row_head *row =
		    arena_alloc(t.arena, t.m->things[t.thing].row->size);

		assert_true(h != NULL && row != NULL);
		*row = *t.row;
		row->id = arena_printf(t.arena, CASEFILE "/B%zu", i + 1);
		*h = (struct held){ .thing = t.thing, .row = row };
		folder_put(&t.folder, h);
	}
	send(&t);
	for (const struct held *h = t.folder.first; h != NULL; h = h->next)
		lapsed += str_is(h->row->state, "lapsed");
	assert_int_equal(lapsed, MANY);
	arena_free(&t.arena);
}

static int
load(void **state)
{
	(void)state;
	county = county_new();
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	registry_free(&county);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_what_the_table_does_not_list_is_refused_with_what_it_does),
		cmocka_unit_test(test_a_message_means_all_rows_that_it_fits),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
