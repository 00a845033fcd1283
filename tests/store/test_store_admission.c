/* Duty admissions count from their place in the journal on, as packs do. */
#include "cli/cli.h"
#include "common/base/id.h"
#include "common/msg/envelope.h"
#include "common/registry/registry.h"
#include "tests/lib/county.h"
#include "tests/lib/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define Z1 "330122-26-0000001/Z1"
#define VILLAGE "330122109219-V"

static struct scratch *scratch;
static struct arena *arena;

static int
setup(void **state)
{
	char *argv[] = { strdup("pack"), strdup("load"), strdup(COUNTY_DIR),
		NULL };
	int rc;

	(void)state;
	arena = arena_new((size_t)4 << 20);
	scratch = scratch_new();
	assert_int_equal(setenv("HUYING_DB", scratch_dsn(scratch), 1), 0);
	rc = cmd_pack(3, argv);
	for (size_t i = 0; i < 3; i++)
		free(argv[i]);
	return rc;
}

static int
teardown(void **state)
{
	(void)state;
	scratch_free(&scratch);
	arena_free(&arena);
	return 0;
}

static struct str
hex(struct str bytes)
{
	struct buf b;
	struct str text;

	buf_init(&b, 2 * ENVELOPE_MAX + 2);
	for (size_t i = 0; i < bytes.n; i++)
		buf_printf(&b, "%02x", (unsigned char)bytes.p[i]);
	text = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	return text;
}

/* Says MSG as the dispatcher would; where it came to lie. */
static int64_t
say(const struct msg_desc *desc, const void *msg, const char *id)
{
	struct msg_envelope env = { .specversion = STR("1.0"),
		.id = str_of(id),
		.source = STR("/dispatcher"),
		.type = str_of(desc->type),
		.subject = STR("330122-26-0000001"),
		.time = county_time("2026-03-18T09:00:00+08:00"),
		.division = STR("330122"),
		.causationid = STR("x"),
		.correlationid = STR("x") };
	unsigned char hash[HASH_LEN];
	struct buf data, body;
	struct str digest, sql;

	buf_init(&data, ENVELOPE_MAX);
	buf_init(&body, ENVELOPE_MAX);
	msg_encode(desc, msg, &data);
	env.data = buf_get(&data);
	envelope_encode(&env, &body);
	id_hash(buf_get(&body), hash);
	digest = hex((struct str){ (const char *)hash, sizeof(hash) });
	sql = arena_printf(arena,
	    "SELECT seq::text FROM journal.append(ARRAY['/dispatcher'],"
	    " ARRAY['%s'], ARRAY['%s'], ARRAY['330122-26-0000001'],"
	    " ARRAY['330122'], ARRAY['\\x%.*s'::bytea],"
	    " ARRAY['\\x%.*s'::bytea])",
	    id, desc->type, STR_ARG(digest), STR_ARG(hex(buf_get(&body))));
	buf_fini(&data);
	buf_fini(&body);
	return strtoll(scratch_ask(scratch, arena, sql.p).p, NULL, 10);
}

/* The admission by which VILLAGE has EN-005 for events behind SEQ. */
static struct str
found(int64_t seq, const char *at, int64_t newest, int64_t *until)
{
	struct registry *r = NULL;
	struct str id;
	struct db *db = NULL;
	struct err e;
	int64_t ms = county_time(at);

	assert_int_equal(db_open(&db, scratch_dsn(scratch), "test", &e), RC_OK);
	if (registry_prepare(db, &e) != RC_OK ||
	    registry_load_at(&r, db, seq, &e) != RC_OK)
		fail_msg("%s", e.text);
	id = arena_str(arena, registry_admitted(r, STR("EN-005"),
				  registry_unit(r, STR(VILLAGE), ms), ms));
	*until = registry_until(r);
	assert_true(registry_fits(r, seq, newest));
	assert_false(registry_fits(r, seq, newest + 1));
	registry_free(&r);
	db_close(&db);
	return id;
}

/* Where CADRE serves for events behind SEQ, and whether locked. */
static void
serves(int64_t seq, const char *unit, bool locked)
{
	int64_t ms = county_time("2026-03-19T09:00:00+08:00");
	const struct row_officer *o;
	struct registry *r = NULL;
	struct db *db = NULL;
	struct err e;

	assert_int_equal(db_open(&db, scratch_dsn(scratch), "test", &e), RC_OK);
	if (registry_prepare(db, &e) != RC_OK ||
	    registry_load_at(&r, db, seq, &e) != RC_OK)
		fail_msg("%s", e.text);
	o = registry_officer(r, STR("OF-PZ-0007"), ms);
	assert_true(o != NULL && str_is(o->unit, unit));
	assert_int_equal(o->locked, locked);
	registry_free(&r);
	db_close(&db);
}

static void
test_a_cadre_who_was_given_back_serves_at_home_behind_the_fact(void **state)
{
	const struct msg_cadre_returned m = { .cadre = STR("OF-PZ-0007"),
		.from = STR("330122109-M2"),
		.home = STR("330122-D-ZJJ"),
		.locked = true,
		.at = county_time("2026-03-18T09:00:00+08:00"),
		.reason = STR("never there"),
		.unit = STR("330122109-CMD"),
		.officer = STR("OF-LD-0025") };
	int64_t seq = say(&msg_cadre_returned_desc, &m, "returned");

	(void)state;
	serves(seq - 1, "330122109-M2", true);
	serves(seq, "330122-D-ZJJ", false);
	serves(INT64_MAX, "330122-D-ZJJ", false);
}

#define DAY "2026-03-18T09:00:00+08:00"

static void
test_it_counts_behind_its_fact_and_no_longer_than_its_term(void **state)
{
	static const struct str units[] = { { VILLAGE, sizeof(VILLAGE) - 1 } };
	const struct msg_admission_admitted m = { .admission = STR(Z1),
		.matter = STR("EN-005"),
		.units = { units, 1 },
		.from = county_time(DAY),
		.until = county_time("2026-06-01T00:00:00+08:00"),
		.document = STR("2026-7"),
		.approver = STR("OF-LD-0001"),
		.unit = STR("330122-D-ZFB") };
	const struct msg_admission_revoked back = { .admission = STR(Z1),
		.reason = STR("over"),
		.unit = STR("330122-D-ZFB") };
	int64_t in = say(&msg_admission_admitted_desc, &m, "a");
	int64_t out = say(&msg_admission_revoked_desc, &back, "b");
	int64_t until;

	(void)state;
	assert_true(in > 0 && out > in);
	assert_int_equal(found(in - 1, DAY, out, &until).n, 0);
	assert_int_equal(until, in);
	assert_true(str_is(found(in, DAY, out, &until), Z1));
	assert_int_equal(until, out);
	assert_int_equal(
	    found(in, "2026-06-01T00:00:00+08:00", out, &until).n, 0);
	assert_int_equal(found(out, DAY, out, &until).n, 0);
	assert_true(until == INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_it_counts_behind_its_fact_and_no_longer_than_its_term),
		cmocka_unit_test(
		    test_a_cadre_who_was_given_back_serves_at_home_behind_the_fact),
	};

	if (!scratch_possible("test_store_admission"))
		return 0;
	return cmocka_run_group_tests(tests, setup, teardown);
}
