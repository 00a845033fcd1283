/* A walk: no order of commands breaks a penalty case, or loses sight of it. */
#include "tests/lib/county.h"
#include "tests/lib/penalty_kit.h"
#include "tests/lib/vary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct registry *county;
static struct arena *words;

static int
setup(void **state)
{
	(void)state;
	county = county_new();
	words = arena_new((size_t)64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(&words);
	registry_free(&county);
	return 0;
}

/* Changes to good commands; mostly they make no sense. */
static const char *const noise[] = { "", "", "", "", ("penalty=" P1),
	("penalty=" CASE_ID "/P2"), ("penalty=" CASE_ID "/P3"),
	("penalty=" CASE_ID "/P99"), ("penalty=" CASE_ID), "unit=330122109-ZF",
	"unit=330122102-ZF", "unit=330122109-T", "unit=nowhere", "officer=X",
	"officers=", "officers=OF-ZF-0030|OF-ZF-0031|OF-ZF-0031",
	"officers=OF-FS-0007|OF-ZF-0032", "item=SR002", "item=SR016",
	"item=nothing", "party=party-2", "party=party-3", "fine_fen=0",
	"fine_fen=-5", "fine_fen=9000000", "kind=close", "severity=heavy",
	"casefile=330122-26-0000999", "reason=", "paid_fen=1" };

static unsigned
draw(uint64_t *seed, size_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (unsigned)((*seed >> 33) % below);
}

/* As the bus does: what breaks its own schema never gets here. */
static bool
is_sayable(const struct msg_desc *d, const void *msg)
{
	struct faults f;
	bool ok;

	faults_init(&f);
	ok = msg_check(d, msg, MSG_STRICT, &f) == RC_OK;
	faults_fini(&f);
	return ok;
}

static const void *
changed(const struct msg_desc *desc, const void *msg, const char *change)
{
	struct str name =
	    str_cut(str_of(change), 0, str_find(str_of(change), '='));

	return msg_field(desc, name) != NULL ? vary(words, desc, msg, change)
					     : msg;
}

static void
random_command(struct kit *k, uint64_t *seed)
{
	static const char *const ids[] = { "penalty=" P1,
		"penalty=" CASE_ID "/P2", "penalty=" CASE_ID "/P3" };
	/* Mostly the straight line, or it would never get anywhere. */
	bool odd = draw(seed, 8) == 0;
	const struct penalty_command *c = &penalty_commands[draw(
	    seed, odd ? penalty_n_commands : PENALTY_STRAIGHT)];
	const void *msg =
	    changed(c->desc, c->msg, ids[draw(seed, ARRAY_LEN(ids))]);

	if (odd)
		msg =
		    changed(c->desc, msg, noise[draw(seed, ARRAY_LEN(noise))]);
	if (is_sayable(c->desc, msg))
		(void)kit_send(k, c->desc, msg);
}

/* A limit runs, or one has run out and the fact of it stands. */
static bool
is_watched(struct kit *k, const struct row_penalty *p)
{
	static const char *const limits[] = { "decide", "statement", "review",
		"serve", "pay", "close", "ask_back" };
	char id[64];

	(void)snprintf(id, sizeof(id), "%.*s", STR_ARG(p->id));
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (kit_due(k, id, limits[i])[0] != '\0')
			return true;
	if (str_is(p->state, "decided"))
		return kit_now(k) > p->decided_at + 7 * DAY_MS;
	if (str_is(p->state, "served"))
		return kit_now(k) > p->served_at + 10 * DAY_MS;
	return p->late;
}

static void
check_all_watched(struct kit *k)
{
	for (int i = 1; i < 10; i++) {
		char id[64];
		const struct row_penalty *p;

		(void)snprintf(id, sizeof(id), CASE_ID "/P%d", i);
		p = (const struct row_penalty *)kit_row(k, id);
		if (p == NULL)
			break;
		if (!str_is(p->state, "closed") && !str_is(p->state, "ended"))
			assert_true(is_watched(k, p));
	}
}

static void
test_no_order_of_commands_breaks_a_case_or_loses_it(void **state)
{
	uint64_t seed = 20260318;
	size_t n_decided = 0, n_closed = 0;

	(void)state;
	for (int walk = 0; walk < 40; walk++) {
		struct kit *k = penalty_kit_new(county);
		char text[CLOCK_TEXT];

		for (int i = 0; i < 400; i++) {
			random_command(k, &seed);
			n_decided += KIT_SAID(k, penalty_decided, 0) != NULL;
			n_closed += KIT_SAID(k, penalty_closed, 0) != NULL;
			check_all_watched(k);
			if (draw(&seed, 20) == 0)
				(void)kit_run_until(k,
				    clock_format(
					kit_now(k) + draw(&seed, 20) * DAY_MS,
					text));
		}
		kit_free(&k);
		arena_reset(words);
	}
	/* It does get somewhere. */
	assert_in_range(n_decided, 10, 1000);
	assert_in_range(n_closed, 10, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_no_order_of_commands_breaks_a_case_or_loses_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
