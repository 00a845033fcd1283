/* A walk: no order of commands breaks a mediation, or loses sight of it. */
#include "tests/lib/county.h"
#include "tests/lib/mediation_kit.h"
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
static const char *const noise[] = { "", "", "", "mediation=" CASE_ID "/M99",
	"mediation=" CASE_ID, "agreement=" M1, "agreement=" CASE_ID "/A9",
	"unit=330122109207-MC", "unit=330122109-MC", "unit=330122-MC",
	"unit=330122-GLZX", "unit=nowhere", "officer=X", "officer=OF-TJ-0001",
	"officer=OF-ZF-0028", "party=party-a", "party=party-b", "party=party-c",
	"party=party-d", "parties=", "parties=party-c",
	"parties=party-c|party-d", "parties=party-d|party-a|party-d",
	"kind=crime", "level=group", "level=county", "level=township",
	"signed_by=", "signed_by=party-c|party-d", "sealed=no", "form=oral",
	"perform_by=2026-03-19T09:00+08:00",
	"perform_by=2027-01-01T09:00+08:00",
	"perform_by=2999-01-01T09:00+08:00", "ways=", "reason=" };

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
	static const char *const mediations[] = { "mediation=" M1,
		"mediation=" M1, "mediation=" CASE_ID "/M2",
		"mediation=" CASE_ID "/M3" };
	static const char *const agreements[] = { "agreement=" A1,
		"agreement=" CASE_ID "/A2" };
	/* Mostly the straight line, or it would never get anywhere. */
	bool odd = draw(seed, 6) == 0;
	const struct mediation_command *c = &mediation_commands[draw(
	    seed, odd ? mediation_n_commands : MEDIATION_STRAIGHT)];
	const void *msg = changed(c->desc, c->msg, mediations[draw(seed, 4)]);

	if (c->desc->fields[0].name[0] == 'a')
		msg = changed(c->desc, msg, agreements[draw(seed, 2)]);
	if (odd)
		msg =
		    changed(c->desc, msg, noise[draw(seed, ARRAY_LEN(noise))]);
	if (is_sayable(c->desc, msg))
		(void)kit_send(k, c->desc, msg);
}

static bool
is_armed(const struct kit *k, const char *id, const char *limit)
{
	return kit_due(k, id, limit)[0] != '\0';
}

/* Any agreement of this mediation that somebody still waits for. */
static bool
has_open_agreement(const struct kit *k, struct str mediation)
{
	char id[64];

	for (int i = 1; i < 20; i++) {
		const struct row_agreement *a;

		(void)snprintf(id, sizeof(id), CASE_ID "/A%d", i);
		a = (const struct row_agreement *)kit_row(k, id);
		if (a != NULL && str_eq(a->mediation, mediation))
			/* Breached: its limit has run out, the fact stands. */
			return is_armed(k, id, "part") ||
			       str_is(a->state, "breached");
	}
	return false;
}

static bool
is_watched(const struct kit *k, const char *id, const struct row_mediation *md)
{
	if (str_is(md->state, "applied"))
		return is_armed(k, id, "consent");
	if (str_is(md->state, "in_mediation"))
		return is_armed(k, id, "total");
	if (str_is(md->state, "agreed"))
		return has_open_agreement(k, md->id);
	return true;
}

static void
check_all_watched(const struct kit *k)
{
	for (int i = 1; i < 40; i++) {
		char id[64];
		const struct row_mediation *md;

		(void)snprintf(id, sizeof(id), CASE_ID "/M%d", i);
		md = (const struct row_mediation *)kit_row(k, id);
		if (md == NULL)
			break;
		assert_true(is_watched(k, id, md));
	}
}

static void
test_no_order_of_commands_breaks_a_mediation_or_loses_it(void **state)
{
	uint64_t seed = 20260318;
	size_t n_closed = 0, n_climbed = 0;

	(void)state;
	for (int walk = 0; walk < 250; walk++) {
		struct kit *k = mediation_kit_new(county);
		char text[CLOCK_TEXT];

		for (int i = 0; i < 80; i++) {
			random_command(k, &seed);
			n_closed += KIT_SAID(k, mediation_closed, 0) != NULL;
			n_climbed += KIT_SAID(k, mediation_climbed, 0) != NULL;
			check_all_watched(k);
			if (draw(&seed, 25) != 0)
				continue;
			(void)kit_run_until(
			    k, clock_format(
				   kit_now(k) + draw(&seed, 9) * DAY_MS, text));
			check_all_watched(k);
		}
		kit_free(&k);
		arena_reset(words);
	}
	/* It does get somewhere. */
	assert_in_range(n_closed, 10, 10000);
	assert_in_range(n_climbed, 10, 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_no_order_of_commands_breaks_a_mediation_or_loses_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
