/* Live: every event once, in the order of seq; a heartbeat each second. */
#include "services/bus/bus.h"

#include "common/base/log.h"
#include "common/bus/feed.h"
#include "common/msg/wire.h"

#define LIVE_BATCH 500
#define LOOK_MS 100 /* a bell may be lost */

struct str
header_of(struct buf *buf, const struct window_event *ev)
{
	buf_reset(buf);
	wire_put_map(buf, 5);
	wire_pair_i64(buf, "epoch", ev->epoch);
	wire_pair_i64(buf, "seq", ev->seq);
	wire_pair_i64(buf, "at", ev->at);
	wire_pair_i64(buf, "slot", ev->slot);
	wire_pair_i64(buf, "prev", ev->prev);
	return buf_get(buf);
}

struct window_event
event_of(const struct rows *rows, size_t i, char topic[TOPIC_MAX])
{
	return (struct window_event){
		.seq = rows_i64(rows, i, 0),
		.at = rows_time(rows, i, 1),
		.epoch = rows_i64(rows, i, 2),
		.slot = (int)rows_i64(rows, i, 3),
		.topic = envelope_topic(
		    rows_str(rows, i, 4), rows_str(rows, i, 6), topic),
		.subject = rows_str(rows, i, 5),
		.envelope = rows_str(rows, i, 7),
	};
}

/* Its place in last_of[]; msg_count when no message has this type. */
static size_t
index_of(const struct window_event *ev)
{
	struct str type = str_cut(ev->topic, 0, str_find(ev->topic, '/'));
	const struct msg_desc *d = msg_find(type);
	size_t i = 0;

	while (i < msg_count && msg_all[i] != d)
		i++;
	return i;
}

static void
send_event(struct bus *b, struct window_event *ev, struct buf *buf)
{
	size_t type = index_of(ev);
	struct str parts[3];

	if (type < msg_count) {
		ev->prev = b->last_of[type];
		b->last_of[type] = ev->seq;
		if (msg_all[type] == &msg_registry_changed_desc)
			b->registry_old = true;
		if (msg_all[type] == &msg_clock_advanced_desc)
			b->clock_old = true;
	}
	parts[0] = ev->topic;
	parts[1] = header_of(buf, ev);
	parts[2] = ev->envelope;
	/* XPUB drops for whoever is slow; the seq shows it to them. */
	(void)socket_send(b->live, parts, ARRAY_LEN(parts));
	window_put(b->window, ev);
	if (ev->at > b->now) /* a sandbox's clock was set */
		b->now = ev->at;
	b->sent = ev->seq;
	b->tally.n_live++;
	if (b->sent > b->head)
		b->head = b->sent;
}

/* As journal.slot_of() has it: the serial number behind the last hyphen. */
static int
slot_of(struct str subject, int64_t seq)
{
	size_t n = subject.n;
	int64_t serial;

	while (n > 0 && subject.p[n - 1] >= '0' && subject.p[n - 1] <= '9')
		n--;
	if (n == 0 || subject.p[n - 1] != '-' || subject.n - n > 18 ||
	    !str_i64(str_cut(subject, n, subject.n), &serial))
		serial = seq;
	return (int)(serial % 8);
}

void
live_take(struct bus *b, const struct batch *t, const struct rows *receipts)
{
	char topic[TOPIC_MAX];
	struct buf buf;
	size_t row = 0;

	buf_init(&buf, 256);
	for (size_t i = 0; i < t->n && !b->behind; i++) {
		const struct checked *c = &t->entries[i].event;
		struct window_event ev;

		if (t->entries[i].refused)
			continue;
		ev = (struct window_event){
			.seq = rows_i64(receipts, row, RECEIPT_SEQ),
			.at = rows_time(receipts, row, RECEIPT_AT),
			.epoch = rows_i64(receipts, row, RECEIPT_EPOCH),
			.topic =
			    envelope_topic(c->env.type, c->env.division, topic),
			.subject = c->env.subject,
			.envelope = c->body,
		};
		ev.slot = slot_of(ev.subject, ev.seq);
		if (!str_is(
			rows_str(receipts, row++, RECEIPT_STATUS), "stored") ||
		    ev.seq <= b->sent)
			continue;
		/* Somebody else's events lie between, or a new epoch began. */
		if (ev.seq != b->sent + 1 || ev.epoch != b->epoch)
			b->behind = true;
		else
			send_event(b, &ev, &buf);
	}
	buf_fini(&buf);
}

void
live_cut(struct bus *b, int64_t from)
{
	window_clear(b->window);
	if (b->sent >= from)
		b->sent = from - 1;
	for (size_t t = 0; t < msg_count; t++)
		if (b->last_of[t] >= from)
			b->last_of[t] = 0;
	b->behind = true;
}

static enum rc
send_new(struct bus *b, struct err *e)
{
	struct rows *rows = NULL;
	char topic[TOPIC_MAX];
	struct buf buf;
	size_t n;

	TRY(store_range(b, b->sent, INT64_MAX, LIVE_BATCH, STR(""), &rows, e));
	n = rows_n(rows);
	b->looked_ms = clock_mono_ms();
	b->behind = n == LIVE_BATCH;
	/* What began a new epoch is sent when that is known. */
	if (n > 0 && rows_i64(rows, n - 1, 2) > b->epoch) {
		rows_free(&rows);
		b->behind = true;
		return store_head(b, e);
	}
	buf_init(&buf, 256);
	for (size_t i = 0; i < n; i++) {
		struct window_event ev = event_of(rows, i, topic);

		send_event(b, &ev, &buf);
	}
	buf_fini(&buf);
	rows_free(&rows);
	return RC_OK;
}

/* {epoch, head, at, last: [type, seq, ...] of those since the last one} */
static void
put_beat(struct bus *b, struct buf *buf)
{
	size_t n = 0;

	for (size_t t = 0; t < msg_count; t++)
		n += b->last_of[t] > b->beat_sent;
	wire_put_map(buf, 4);
	wire_pair_i64(buf, "epoch", b->epoch);
	wire_pair_i64(buf, "head", b->sent);
	wire_pair_i64(buf, "at", b->now);
	wire_put_str(buf, STR("last"));
	wire_put_array(buf, 2 * n);
	for (size_t t = 0; t < msg_count; t++)
		if (b->last_of[t] > b->beat_sent) {
			wire_put_str(buf, str_of(msg_all[t]->type));
			wire_put_i64(buf, b->last_of[t]);
		}
}

static void
beat(struct bus *b)
{
	struct str parts[2] = { STR(FEED_HEARTBEAT), { NULL, 0 } };
	struct buf buf;

	if (clock_mono_ms() - b->beat_ms < BEAT_MS)
		return;
	b->beat_ms = clock_mono_ms();
	buf_init(&buf, (size_t)32 * 1024);
	put_beat(b, &buf);
	parts[1] = buf_get(&buf);
	(void)socket_send(b->live, parts, ARRAY_LEN(parts));
	b->beat_sent = b->sent;
	buf_fini(&buf);
}

/* Sends what is new; CHANGED: it changed the county or the clock. */
static enum rc
look(struct bus *b, bool *changed, struct err *e)
{
	TRY(send_new(b, e));
	*changed = b->registry_old || b->clock_old;
	if (b->registry_old)
		TRY(store_registry(b, e));
	return b->clock_old ? store_head(b, e) : RC_OK;
}

static void
stalled(struct bus *b, const struct err *e)
{
	log_why(LEVEL_WARN, "live.stalled", e->text);
	db_rollback(b->read);
}

bool
live_refresh(struct bus *b)
{
	bool changed = false;
	struct err e;

	if (!store_alive(b) || b->looked_ms == clock_mono_ms())
		return false;
	if (look(b, &changed, &e) != RC_OK)
		stalled(b, &e);
	return changed;
}

void
live_turn(struct bus *b, bool rung)
{
	bool due = rung || b->behind || b->registry_old || b->clock_old ||
		   clock_mono_ms() - b->looked_ms >= LOOK_MS;
	struct frames f;
	struct err e;
	bool changed;

	/* Subscriptions arrive as messages; they need no answer. */
	for (int n = 0; n < LIVE_BATCH && frames_receive(b->live, &f); n++)
		frames_free(&f);
	if (due && store_alive(b) && look(b, &changed, &e) != RC_OK)
		stalled(b, &e);
	beat(b);
}
