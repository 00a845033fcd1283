/* What the bus says to an event, and what follows from it. */
#include "common/bus/publish_inside.h"

#include "common/base/clock.h"
#include "common/msg/wire.h"

#include <sodium.h>
#include <stdio.h>

/* After UNKNOWN; after a "later" that does not say when, doubling. */
#define UNKNOWN_MS 1000
#define LATER_MS 250
#define LATER_MAX_MS 30000
#define AFTER_MAX_MS 60000

static void
copy(char *to, size_t cap, struct str s)
{
	(void)snprintf(to, cap, "%.*s", STR_ARG(s));
}

static void
name_event(const struct flight *fl, struct outcome *out)
{
	struct wire_fault fault;

	if (!wire_check(fl->envelope, &fault))
		return;
	copy(out->id, sizeof(out->id), wire_get_str(fl->envelope, "id"));
	copy(out->type, sizeof(out->type), wire_get_str(fl->envelope, "type"));
}

static void
wait_again(struct publisher *p, struct flight *fl, int64_t delay_ms)
{
	if (fl->sent_ms > 0) {
		fl->sent_ms = 0;
		p->on_wire--;
		p->waiting++;
	}
	/* Many are turned away together and must not come back so. */
	fl->due_ms = clock_mono_ms() + delay_ms +
		     randombytes_uniform((uint32_t)delay_ms / 4 + 1);
	p->tend_ms = 0;
}

static bool
write_down(struct publisher *p, const struct flight *fl, struct outcome *out)
{
	const struct spool_record r = { fl->n, fl->envelope, fl->part, false };
	const struct spool_reason why = { out->code, out->field, out->reason };
	struct err e;

	return spool_refuse(p->spool, &r, &why, &e) == RC_OK;
}

/* The end of FL, unless it cannot be written down now. */
static bool
settle(struct publisher *p, struct flight *fl, struct outcome *out)
{
	out->n = fl->n;
	name_event(fl, out);
	if (p->spool != NULL && out->seq == 0 && !write_down(p, fl, out)) {
		wait_again(p, fl, LATER_MAX_MS);
		return false;
	}
	if (p->spool != NULL)
		spool_settle(p->spool, fl->n);
	if (fl->sent_ms > 0)
		p->on_wire--;
	else
		p->waiting--;
	flights_drop(p->flights, fl);
	/* There is room for one that waits. */
	p->tend_ms = 0;
	return true;
}

static int64_t
back_off_ms(unsigned tries)
{
	int64_t ms = (int64_t)LATER_MS << (tries < 8 ? tries : 8);

	return ms < LATER_MAX_MS ? ms : LATER_MAX_MS;
}

/* Not now; when it is not about this event alone, no other either. */
static void
put_off(struct publisher *p, struct flight *fl, struct str body, bool unknown)
{
	int64_t after = wire_get_i64(body, "retry_after_ms");
	bool alone = wire_get_str(body, "field").n > 0;
	unsigned tries = alone ? fl->tries : p->turned;

	if (after <= 0)
		after = unknown ? UNKNOWN_MS : back_off_ms(tries);
	else if (after > AFTER_MAX_MS)
		after = AFTER_MAX_MS;
	fl->tries++;
	wait_again(p, fl, after);
	if (!alone && fl->due_ms > p->hold_ms) {
		/* A burst of refusals is one. */
		p->turned += p->hold_ms <= clock_mono_ms();
		p->hold_ms = fl->due_ms;
	}
}

static void
read_refusal(struct str body, struct outcome *out)
{
	copy(out->code, sizeof(out->code), wire_get_str(body, "code"));
	copy(out->field, sizeof(out->field), wire_get_str(body, "field"));
	copy(out->reason, sizeof(out->reason), wire_get_str(body, "reason"));
}

static bool
take_ack(struct publisher *p, struct flight *fl, struct str body,
    struct outcome *out)
{
	bool again = str_is(wire_get_str(body, "status"), "duplicate");
	int64_t seq = wire_get_i64(body, "seq");

	if (seq <= 0)
		return false;
	p->turned = 0;
	*out = (struct outcome){ .seq = seq };
	out->status = again ? OUTCOME_DUPLICATE : OUTCOME_STORED;
	return settle(p, fl, out);
}

static bool
take_refusal(struct publisher *p, struct flight *fl, struct str body,
    struct outcome *out)
{
	struct str retry = wire_get_str(body, "retry");

	*out = (struct outcome){ .status = OUTCOME_REFUSED };
	read_refusal(body, out);
	if (retry.n > 0 && !str_is(retry, "never")) {
		p->refusal = *out;
		put_off(p, fl, body, false);
		return false;
	}
	/* This try was not stored; an earlier one may have been. */
	if (fl->unsure)
		out->status = OUTCOME_UNKNOWN;
	return settle(p, fl, out);
}

static void
take_ready(struct publisher *p, struct str body)
{
	struct wire_item key = wire_get(body, "intake_key");
	int64_t window = wire_get_i64(body, "window");
	struct err ignored;

	p->greeted = true;
	p->tend_ms = 0;
	p->window = window < 1             ? 1
		    : window > FLIGHTS_MAX ? FLIGHTS_MAX
					   : (size_t)window;
	if (key.kind != KIND_BIN || key.s.n != sizeof(p->seal_key))
		return;
	memcpy(p->seal_key, key.s.p, sizeof(p->seal_key));
	p->has_seal_key = true;
	/* A key that is not kept now is told again. */
	if (p->spool != NULL &&
	    spool_keep_key(p->spool, p->seal_key, &ignored) != RC_OK)
		return;
}

bool
answer_take(struct publisher *p, struct frames *f, struct outcome *out)
{
	struct wire_fault fault;
	struct str word = frames_at(f, 0), body;
	struct flight *fl;
	int64_t n;

	if (f->n < 2 || f->n > 3 ||
	    !wire_check(body = frames_at(f, f->n - 1), &fault))
		return false;
	if (f->n == 2) {
		if (str_is(word, "READY"))
			take_ready(p, body);
		return false;
	}
	if (str_is(wire_get_str(body, "code"), "UNSUPPORTED_VERSION"))
		p->foreign = true;
	if (!str_i64(frames_at(f, 1), &n))
		return false;
	fl = flights_find(p->flights, n);
	/* Not asked, or answered before: no matter of ours. */
	if (fl == NULL || fl->sent_ms == 0)
		return false;
	if (str_is(word, "ACK"))
		return take_ack(p, fl, body, out);
	if (str_is(word, "NAK"))
		return take_refusal(p, fl, body, out);
	if (str_is(word, "UNKNOWN")) {
		fl->unsure = true;
		put_off(p, fl, body, true);
	}
	return false;
}

bool
answer_missing(struct publisher *p, struct flight *fl, struct outcome *out)
{
	bool turned_away = fl->sent_ms == 0 && !fl->unsure;

	*out = p->refusal;
	if (fl->tries == 0 || !turned_away) {
		*out = (struct outcome){ .status = OUTCOME_REFUSED };
		copy(out->code, sizeof(out->code),
		    turned_away ? STR("UNAVAILABLE") : STR("OUTCOME_UNKNOWN"));
		copy(out->reason, sizeof(out->reason),
		    str_of(link_trouble(p->link)));
	}
	if (!turned_away)
		out->status = OUTCOME_UNKNOWN;
	out->later = true;
	return settle(p, fl, out);
}

bool
answer_damaged(struct publisher *p, int64_t n, struct outcome *out)
{
	const struct spool_reason why = { "SPOOL_DAMAGED", "",
		"this event was damaged on disk in the spool" };
	const struct spool_record r = { .n = n, .damaged = true };
	struct err ignored;

	*out = (struct outcome){ .n = n, .status = OUTCOME_UNKNOWN };
	copy(out->code, sizeof(out->code), str_of(why.code));
	copy(out->reason, sizeof(out->reason), str_of(why.reason));
	if (spool_refuse(p->spool, &r, &why, &ignored) == RC_OK)
		spool_settle(p->spool, n);
	return true;
}
