/*
 * What readers of the log ask for: open, credit, a place to be kept, close.
 */
#include "services/bus/sub.h"

#include "common/msg/look.h"

static struct sub *
sub_find(struct bus *b, struct str identity, struct str name)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (str_eq(b->subs[i].identity, identity) &&
		    str_eq(b->subs[i].name, name))
			return &b->subs[i];
	return NULL;
}

/*
 * Where a named reader left off; from its options where that is not known,
 * or where they know of a later cut than the place does.
 */
static const char *
find_place(struct bus *b, struct sub *s)
{
	static const struct msg_format word = { LOOK_WORD, NULL };
	int64_t seq = s->next, epoch = 0;
	struct err e;
	enum rc rc;

	if (look_check(&word, s->name) != NULL)
		return "a reader whose place is kept needs a name of ASCII "
		       "letters, digits and _-.:/#+|%=>";
	rc = store_reader(b, s->client, s->name, &seq, &epoch, &e);
	if (rc != RC_OK && rc != RC_GONE)
		return "the journal cannot be reached now";
	if (rc == RC_OK && s->epoch <= epoch) {
		s->next = seq;
		s->epoch = epoch;
	}
	/* What it has not worked off stays so; what was cut off does not. */
	s->place = seq < s->next ? seq : s->next;
	s->place_saved = seq;
	return NULL;
}

/* Can it be served from there? */
static bool
check_place(struct bus *b, struct sub *s)
{
	if (s->epoch > 0 && s->epoch < b->epoch && s->next >= b->epoch_from) {
		log_say_cut(b, s, b->epoch_from);
		return false;
	}
	if (s->next + 1 < b->first) {
		log_error_with(b, s->identity, s->name, "GONE",
		    "older than the oldest event there is", "first", b->first);
		return false;
	}
	return true;
}

static bool
prepare_sub(
    struct bus *b, struct sub *s, const struct client *who, struct str options)
{
	const char *wrong = sub_options(b, s, options);
	const char *denied;

	/* Left out means from the beginning, wherever that is now. */
	if (wrong == NULL && s->next < 0)
		s->next = b->first - 1;
	if (wrong == NULL && s->named)
		wrong = find_place(b, s);
	if (wrong != NULL) {
		log_error(b, s->identity, s->name, "BAD_OPTION", wrong);
		return false;
	}
	denied = sub_denied(s, who);
	if (denied != NULL) {
		log_error(b, s->identity, s->name, "NOT_GRANTED", denied);
		return false;
	}
	return check_place(b, s);
}

/* Readers that WHO has open; those of unix sockets share one bound. */
static bool
is_full(const struct bus *b, const struct client *who)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_subs; i++)
		n += str_eq(b->subs[i].client, who->name);
	return b->n_subs == SUBS_MAX || (!who->local && n >= CLIENT_SUBS_MAX);
}

static void
open_sub(struct bus *b, struct frames *f, const struct client *who)
{
	struct sub *s;

	if (f->n != 4 || frames_at(f, 2).n > READER_NAME_MAX) {
		log_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "OPEN takes a name and options");
		return;
	}
	if (!store_alive(b)) {
		log_error(b, frames_at(f, 0), frames_at(f, 2), "UNAVAILABLE",
		    "the journal cannot be reached; try again");
		return;
	}
	if (sub_find(b, frames_at(f, 0), frames_at(f, 2)) != NULL ||
	    is_full(b, who)) {
		log_error(b, frames_at(f, 0), frames_at(f, 2), "BUSY",
		    "this name is open already, or too many readers are");
		return;
	}
	s = &b->subs[b->n_subs++];
	sub_init(
	    s, frames_at(f, 0), frames_user(f, 1), who->name, frames_at(f, 2));
	if (!prepare_sub(b, s, who, frames_at(f, 3))) {
		log_drop(b, b->n_subs - 1);
		return;
	}
	s->until = b->head;
	s->matched = s->next;
	(void)log_say_place(b, s, "BEGIN", "first", b->first);
}

static void
more_credit(struct bus *b, struct frames *f)
{
	struct str name = f->n > 2 ? frames_at(f, 2) : STR("");
	struct sub *s;
	int64_t n;

	if (f->n != 4 || !str_i64(frames_at(f, 3), &n) || n <= 0 ||
	    n > CREDIT_MAX) {
		log_error(b, frames_at(f, 0), name, "BAD_FRAME",
		    "CREDIT takes a name and a number, 1 to 100000");
		return;
	}
	s = sub_find(b, frames_at(f, 0), name);
	if (s == NULL) {
		log_error(b, frames_at(f, 0), name, "NOT_OPEN",
		    "no reader of yours has this name; open it again");
		return;
	}
	s->credit = s->credit + n < CREDIT_MAX ? s->credit + n : CREDIT_MAX;
}

/* A named reader has worked off all up to a seq. */
static void
take_place(struct bus *b, struct frames *f)
{
	struct str name = f->n > 2 ? frames_at(f, 2) : STR("");
	struct sub *s = sub_find(b, frames_at(f, 0), name);
	int64_t seq;

	if (s == NULL)
		log_error(b, frames_at(f, 0), name, "NOT_OPEN",
		    "no reader of yours has this name; open it again");
	else if (f->n != 4 || !str_i64(frames_at(f, 3), &seq) || !s->named ||
		 seq < 0 || seq > s->next)
		log_error(b, frames_at(f, 0), name, "BAD_FRAME",
		    "CURSOR takes the name of a reader that was opened with "
		    "cursor, and a seq that it has reached");
	else
		s->place = seq;
}

static void
hear(struct bus *b, struct str identity)
{
	for (size_t i = 0; i < b->n_subs; i++)
		if (str_eq(b->subs[i].identity, identity))
			b->subs[i].heard_ms = clock_mono_ms();
}

void
request_take(struct bus *b, struct frames *f)
{
	struct str word = f->n > 1 ? frames_at(f, 1) : STR("");
	struct str pong[2] = { frames_at(f, 0), STR("PONG") };
	const struct client *who = access_find(b->access, frames_user(f, 1));
	struct sub *s;

	hear(b, frames_at(f, 0));
	if (who == NULL) {
		log_revoked(
		    b, frames_at(f, 0), f->n > 2 ? frames_at(f, 2) : STR(""));
	} else if (f->n > FRAMES_MAX) {
		log_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "too many frames");
	} else if (str_is(word, "OPEN")) {
		open_sub(b, f, who);
	} else if (str_is(word, "CREDIT")) {
		more_credit(b, f);
	} else if (str_is(word, "CURSOR")) {
		take_place(b, f);
	} else if (str_is(word, "CLOSE")) {
		s = f->n == 3 ? sub_find(b, frames_at(f, 0), frames_at(f, 2))
			      : NULL;
		if (s != NULL) {
			log_save_place(b, s);
			log_drop(b, (size_t)(s - b->subs));
		}
	} else if (str_is(word, "PING") && f->n == 2) {
		(void)socket_send(b->log, pong, 2);
	} else {
		log_error(b, frames_at(f, 0), STR(""), "BAD_FRAME",
		    "must be OPEN, CREDIT, CURSOR, CLOSE or PING");
	}
}
