#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/db/migrations.h"

#include "bus_sql.h"

#include <unistd.h>

/* What came since the last save of last_of[] is read in steps. */
#define TYPES_STEP 200000

bool
store_alive(const struct bus *b)
{
	return b->db != NULL && db_alive(b->db) && b->read != NULL &&
	       db_alive(b->read);
}

static enum rc
check_server(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;
	bool honest, standby;

	TRY(db_exec(b->read, Q_bus_durable, NULL, &rows, e));
	honest = rows_bool(rows, 0, 0);
	standby = rows_bool(rows, 0, 1);
	rows_free(&rows);
	if (standby)
		return err_set(e, RC_RETRY, "the server is a standby");
	if (!honest)
		return err_set(e, RC_FATAL,
		    "the server must have fsync, full_page_writes and "
		    "synchronous_commit on");
	return db_exec(b->read, Q_bus_line, NULL, NULL, e);
}

static enum rc
connect_one(const struct bus *b, struct db **db, struct err *e)
{
	TRY(db_open(db, b->conf.db, "bus", e));
	TRY(db_check_schema(*db, e));
	return db_prepare(*db, bus_queries, ARRAY_LEN(bus_queries), e);
}

static enum rc
make_ready(struct bus *b, struct err *e)
{
	TRY(connect_one(b, &b->db, e));
	TRY(connect_one(b, &b->read, e));
	TRY(registry_prepare(b->read, e));
	TRY(check_server(b, e));
	TRY(store_registry(b, e));
	TRY(store_head(b, e));
	return store_seen(b, false, e);
}

/* The connections are either ready or not there at all. */
enum rc
store_open(struct bus *b, struct err *e)
{
	enum rc rc;

	db_close(&b->db);
	db_close(&b->read);
	rc = make_ready(b, e);
	if (rc != RC_OK) {
		db_close(&b->db);
		db_close(&b->read);
	}
	return rc;
}

/* The old one stays in use until the new one is there. */
enum rc
store_registry(struct bus *b, struct err *e)
{
	struct registry *fresh = NULL;

	TRY(registry_load(&fresh, b->read, e));
	registry_free(&b->registry);
	b->registry = fresh;
	b->registry_old = false;
	return RC_OK;
}

static void
note_epoch(struct bus *b, int64_t epoch, int64_t from, int64_t head)
{
	int64_t before = b->epoch;

	b->epoch = epoch;
	b->epoch_from = from;
	if (before == 0 || epoch <= before)
		return;
	log_event(LEVEL_WARN, "epoch.raised", "epoch=%lld from_seq=%lld",
	    (long long)epoch, (long long)from);
	b->head = head;
	live_cut(b, from);
	log_cut(b, from);
}

enum rc
store_head(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;
	int64_t head;

	TRY(db_exec(b->read, Q_bus_head, NULL, &rows, e));
	head = rows_i64(rows, 0, 0);
	b->first = rows_i64(rows, 0, 1);
	b->now = rows_time(rows, 0, 4);
	b->clock_old = false;
	note_epoch(b, rows_i64(rows, 0, 2), rows_i64(rows, 0, 3), head);
	if (head > b->head)
		b->head = head;
	rows_free(&rows);
	return RC_OK;
}

enum rc
store_seen(struct bus *b, bool gone, struct err *e)
{
	args_reset(&b->read_args);
	args_i64(&b->read_args, getpid());
	return db_exec(
	    b->read, gone ? Q_bus_gone : Q_bus_seen, &b->read_args, NULL, e);
}

enum rc
store_range(struct bus *b, int64_t after, int64_t until, int64_t limit,
    struct str casefile, struct rows **rows, struct err *e)
{
	args_reset(&b->read_args);
	args_i64(&b->read_args, after);
	args_i64(&b->read_args, until);
	args_i64(&b->read_args, limit);
	if (casefile.n == 0)
		return db_exec(b->read, Q_bus_range, &b->read_args, rows, e);
	args_str(&b->read_args, casefile);
	return db_exec(b->read, Q_bus_casefile, &b->read_args, rows, e);
}

enum rc
store_seq_at(struct bus *b, int64_t at, int64_t *seq, struct err *e)
{
	struct rows *rows = NULL;

	args_reset(&b->read_args);
	args_time(&b->read_args, at);
	TRY(db_exec(b->read, Q_bus_seq_at, &b->read_args, &rows, e));
	*seq = rows_i64(rows, 0, 0);
	rows_free(&rows);
	return RC_OK;
}

/* Columns type and seq; the row without a type says how far they go. */
static int64_t
take_types(struct bus *b, const struct rows *rows)
{
	int64_t upto = 0;

	for (size_t i = 0; i < rows_n(rows); i++) {
		struct str type = rows_str(rows, i, 0);
		int64_t seq = rows_i64(rows, i, 1);

		if (type.n == 0)
			upto = seq;
		for (size_t t = 0; t < msg_count; t++)
			if (str_is(type, msg_all[t]->type))
				b->last_of[t] = seq;
	}
	return upto;
}

enum rc
store_load_types(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;
	int64_t upto;

	must(msg_count <= TYPES_MAX);
	TRY(db_exec(b->read, Q_bus_types, NULL, &rows, e));
	upto = take_types(b, rows);
	rows_free(&rows);
	/* After a cut the saved ones may lie beyond the head. */
	for (size_t t = 0; t < msg_count; t++)
		if (b->last_of[t] > b->head)
			b->last_of[t] = 0;
	while (upto < b->head) {
		args_reset(&b->read_args);
		args_i64(&b->read_args, upto);
		upto =
		    upto + TYPES_STEP < b->head ? upto + TYPES_STEP : b->head;
		args_i64(&b->read_args, upto);
		TRY(db_exec(
		    b->read, Q_bus_types_since, &b->read_args, &rows, e));
		(void)take_types(b, rows);
		rows_free(&rows);
	}
	return RC_OK;
}

enum rc
store_save_types(struct bus *b, struct err *e)
{
	struct str type[TYPES_MAX + 1];
	int64_t seq[TYPES_MAX + 1];
	size_t n = 0;

	if (b->saved_sent == b->sent)
		return RC_OK;
	for (size_t t = 0; t < msg_count; t++)
		if (b->last_of[t] > 0) {
			type[n] = str_of(msg_all[t]->type);
			seq[n++] = b->last_of[t];
		}
	type[n] = STR("");
	seq[n++] = b->sent;
	args_reset(&b->read_args);
	args_strs(&b->read_args, type, n);
	args_i64s(&b->read_args, seq, n);
	TRY(db_exec(b->read, Q_bus_save_types, &b->read_args, NULL, e));
	b->saved_sent = b->sent;
	return RC_OK;
}

enum rc
store_reader(struct bus *b, struct str client, struct str name, int64_t *seq,
    int64_t *epoch, struct err *e)
{
	struct rows *rows = NULL;
	bool known;

	args_reset(&b->read_args);
	args_str(&b->read_args, client);
	args_str(&b->read_args, name);
	TRY(db_exec(b->read, Q_bus_reader, &b->read_args, &rows, e));
	known = rows_n(rows) > 0;
	if (known) {
		*seq = rows_i64(rows, 0, 0);
		*epoch = rows_i64(rows, 0, 1);
	}
	rows_free(&rows);
	return known ? RC_OK : err_set(e, RC_GONE, "no such reader yet");
}

enum rc
store_save_reader(struct bus *b, struct str client, struct str name,
    int64_t seq, struct err *e)
{
	args_reset(&b->read_args);
	args_str(&b->read_args, client);
	args_str(&b->read_args, name);
	args_i64(&b->read_args, seq);
	args_i64(&b->read_args, b->epoch);
	return db_exec(b->read, Q_bus_save_reader, &b->read_args, NULL, e);
}
