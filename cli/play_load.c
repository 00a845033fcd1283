/* A day from nothing: the sandbox, its clock and its pack. */
#include "cli/cli.h"
#include "cli/pack_check.h"
#include "cli/pack_cmd.h"
#include "cli/play.h"
#include "common/base/clock.h"

static const struct db_query queries[] = {
	{ "load_standing", "SELECT sandbox, journal.head() FROM run.clock" },
	{ "load_clock", "SELECT run.set_clock($1)" },
};

/* To what was played already the clock does not go back. */
static enum rc
begin_day(struct play *p, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_prepare(p->db, queries, ARRAY_LEN(queries), e));
	TRY(db_exec(p->db, "load_standing", NULL, &rows, e));
	if (!rows_bool(rows, 0, 0))
		return err_set(e, RC_REJECT,
		    "events were written to this database by a real clock: it "
		    "cannot become a sandbox");
	if (rows_i64(rows, 0, 1) > 0)
		return RC_OK;
	args_reset(&p->args);
	args_time(&p->args, clock_day_start(clock_day(p->reports[0].at)));
	return db_exec(p->db, "load_clock", &p->args, NULL, e);
}

enum rc
play_load(struct play *p, const char *dir, const char *dsn, struct err *e)
{
	const struct pack_args pack = { .dir = dir, .db = dsn };

	TRY(cli_sandbox(p->db, e));
	TRY(begin_day(p, e));
	cli_ring();
	return pack_cmd_load(&pack) == EXIT_OK
		   ? RC_OK
		   : err_set(e, RC_REJECT, "the pack was not loaded");
}
