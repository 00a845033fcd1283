/* Live: every event once, in the order of seq; a heartbeat each second. */
#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/bus/feed.h"
#include "common/msg/wire.h"

#define LIVE_BATCH 500

struct str
header_of(struct bus *b, struct buf *buf, int64_t seq, int64_t at, int64_t slot)
{
	buf_reset(buf);
	wire_put_map(buf, 4);
	wire_pair_i64(buf, "epoch", b->epoch);
	wire_pair_i64(buf, "seq", seq);
	wire_pair_i64(buf, "at", at);
	wire_pair_i64(buf, "slot", slot);
	return buf_get(buf);
}

static void
send_event(struct bus *b, const struct rows *rows, size_t i, struct buf *buf)
{
	char topic[TOPIC_MAX];
	struct str parts[3];

	parts[0] =
	    envelope_topic(rows_str(rows, i, 3), rows_str(rows, i, 5), topic);
	parts[1] = header_of(b, buf, rows_i64(rows, i, 0),
	    rows_time(rows, i, 1), rows_i64(rows, i, 2));
	parts[2] = rows_str(rows, i, 6);
	/* XPUB drops for whoever is slow; the seq shows it to them. */
	(void)socket_send(b->live, parts, ARRAY_LEN(parts));
	b->sent = rows_i64(rows, i, 0);
}

static enum rc
send_new(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;
	struct buf buf;

	TRY(store_range(b, b->sent, INT64_MAX, LIVE_BATCH, STR(""), &rows, e));
	buf_init(&buf, 256);
	for (size_t i = 0; i < rows_n(rows); i++) {
		send_event(b, rows, i, &buf);
		if (str_is(
			rows_str(rows, i, 3), msg_registry_changed_desc.type))
			b->registry_old = true;
	}
	b->behind = rows_n(rows) == LIVE_BATCH;
	buf_fini(&buf);
	rows_free(&rows);
	if (b->sent > b->head)
		b->head = b->sent;
	return b->registry_old ? store_registry(b, e) : RC_OK;
}

static void
beat(struct bus *b)
{
	struct str parts[2] = { STR(FEED_HEARTBEAT), { NULL, 0 } };
	struct buf buf;

	if (clock_mono_ms() - b->beat_ms < BEAT_MS)
		return;
	b->beat_ms = clock_mono_ms();
	buf_init(&buf, 256);
	wire_put_map(&buf, 3);
	wire_pair_i64(&buf, "epoch", b->epoch);
	wire_pair_i64(&buf, "head", b->sent);
	wire_pair_i64(&buf, "at", b->now);
	parts[1] = buf_get(&buf);
	(void)socket_send(b->live, parts, ARRAY_LEN(parts));
	buf_fini(&buf);
}

void
live_turn(struct bus *b)
{
	struct frames f;
	struct err e;

	/* Subscriptions arrive as messages; they need no answer. */
	for (int n = 0; n < LIVE_BATCH && frames_receive(b->live, &f); n++)
		frames_free(&f);
	if (b->db != NULL && db_alive(b->db) && send_new(b, &e) != RC_OK) {
		log_why(LEVEL_WARN, "live.stalled", e.text);
		db_rollback(b->db);
	}
	beat(b);
}
