#include "common/bus/spool_inside.h"

#include <unistd.h>

static bool
is_settled(const struct spool *s, int64_t n)
{
	return n < s->low ||
	       (n - s->low < SPOOL_SPAN &&
		   (s->settled[n % SPOOL_SPAN / 8] >> n % SPOOL_SPAN % 8 & 1) !=
		       0);
}

bool
spool_mark(struct spool *s, int64_t n)
{
	if (n - s->low >= SPOOL_SPAN || is_settled(s, n))
		return false;
	s->settled[n % SPOOL_SPAN / 8] |=
	    (unsigned char)(1 << n % SPOOL_SPAN % 8);
	s->n_settled++;
	while (s->n_settled > 0 && is_settled(s, s->low)) {
		s->settled[s->low % SPOOL_SPAN / 8] &=
		    (unsigned char)~(1 << s->low % SPOOL_SPAN % 8);
		s->n_settled--;
		s->low++;
	}
	return true;
}

static int64_t
bytes_of(const struct spool *s)
{
	int64_t n = s->refused_bytes;

	for (size_t i = 0; i < s->n_pieces; i++)
		n += s->pieces[i].bytes;
	return n;
}

/* Files in which everything is settled; never the one that is written to. */
static void
drop_settled(struct spool *s)
{
	char name[PIECE_NAME];
	size_t n = 0;

	while (n + 1 < s->n_pieces && s->pieces[n + 1].first <= s->low)
		(void)unlinkat(
		    s->dir, spool_piece_name(s->pieces[n++].first, name), 0);
	if (n == 0)
		return;
	s->n_pieces -= n;
	memmove(s->pieces, s->pieces + n, s->n_pieces * sizeof(*s->pieces));
}

static enum rc
fail(struct spool *s, enum rc rc)
{
	s->failed = s->failed || rc == RC_FATAL;
	return rc;
}

static enum rc
is_sound(const struct spool *s, struct err *e)
{
	return s->failed
		   ? err_set(e, RC_FATAL,
			 "the spool %s failed before; open it again", s->path)
		   : RC_OK;
}

enum rc
spool_sync(struct spool *s, struct err *e)
{
	TRY(is_sound(s, e));
	if (s->synced == s->tail.size)
		return RC_OK;
	/* After a failure the kernel forgets what it could not write. */
	TRY(fail(s, segment_sync(&s->tail, e)));
	s->synced = s->tail.size;
	return RC_OK;
}

/* The next file; what is settled so far stands at its beginning. */
static enum rc
rotate(struct spool *s, struct err *e)
{
	struct segment_begin begin = { .first = s->last + 1, .low = s->low };
	struct segment next;
	char name[PIECE_NAME];

	TRY(spool_sync(s, e));
	memcpy(begin.settled, s->settled, sizeof(begin.settled));
	TRY(fail(s, segment_create(&next, s->dir,
			spool_piece_name(begin.first, name), &begin, e)));
	segment_close(&s->tail);
	s->tail = next;
	s->synced = next.size;
	spool_add_piece(s, begin.first, next.size);
	drop_settled(s);
	return RC_OK;
}

static enum rc
append(struct spool *s, const struct segment_record *r, struct err *e)
{
	TRY(fail(s, segment_append(&s->tail, r, e)));
	s->pieces[s->n_pieces - 1].bytes = s->tail.size;
	return RC_OK;
}

enum rc
spool_append(struct spool *s, struct str envelope, struct str part, int64_t *n,
    struct err *e)
{
	const struct segment_record r = { .type = SEGMENT_EVENT,
		.n = s->last + 1,
		.envelope = envelope,
		.part = part };
	int64_t cost = segment_cost(&r);

	TRY(is_sound(s, e));
	if (s->tail.size + cost > s->piece_bytes &&
	    s->last >= s->tail.begin.first)
		TRY(rotate(s, e));
	if (bytes_of(s) + cost > s->max_bytes)
		return err_set(e, RC_RETRY,
		    "the spool %s is full: of %lld bytes, %lld events wait, "
		    "and %lld bytes tell of refused ones",
		    s->path, (long long)s->max_bytes,
		    (long long)spool_unsettled(s), (long long)s->refused_bytes);
	TRY(append(s, &r, e));
	*n = ++s->last;
	return RC_OK;
}

static bool
reads_tail(const struct spool *s)
{
	return s->head.begin.first == s->tail.begin.first;
}

/* One that cannot be read is left out: its events show as damaged. */
static enum rc
next_piece(struct spool *s, struct err *e)
{
	struct segment next;
	size_t i = 0;
	enum rc rc;

	while (s->pieces[i].first <= s->head.begin.first)
		i++;
	while ((rc = spool_open_piece(s, s->pieces[i].first, &next, e)) ==
	       RC_REJECT)
		spool_set_aside(s, i);
	if (rc != RC_OK)
		return rc;
	segment_close(&s->head);
	s->head = next;
	s->at = SEGMENT_START;
	return RC_OK;
}

/* Nothing more up to where it was read. */
static enum rc
read_on(struct spool *s, struct err *e)
{
	if (!reads_tail(s))
		return next_piece(s, e);
	return s->synced < s->tail.size ? spool_sync(s, e) : RC_GONE;
}

/* The next event that is written; *AT is behind it. */
static enum rc
read_event(
    struct spool *s, int64_t *at, struct segment_record *r, struct err *e)
{
	int64_t skipped = 0;

	for (;;) {
		enum rc rc;

		*at = s->at;
		rc = segment_read(&s->head, at,
		    reads_tail(s) ? s->synced : s->head.size, r, &skipped, e);
		if (skipped > 0)
			spool_keep_damaged(s, s->head.begin.first);
		if (rc == RC_GONE) {
			TRY(read_on(s, e));
			continue;
		}
		if (rc != RC_OK)
			return rc;
		if (r->type == SEGMENT_EVENT && r->n >= s->next)
			return RC_OK;
		s->at = *at;
	}
}

enum rc
spool_next(struct spool *s, struct spool_record *r, struct err *e)
{
	struct segment_record found;
	int64_t at;

	TRY(is_sound(s, e));
	for (;;) {
		TRY(read_event(s, &at, &found, e));
		while (s->next < found.n && is_settled(s, s->next))
			s->next++;
		if (s->next - s->low >= SPOOL_SPAN)
			return err_set(e, RC_RETRY,
			    "too far behind the oldest that is unsettled");
		/* Numbers without an event: the disk has lost them. */
		if (s->next < found.n) {
			*r = (struct spool_record){ .n = s->next++,
				.damaged = true };
			return RC_OK;
		}
		s->at = at;
		s->next++;
		if (is_settled(s, found.n))
			continue;
		*r = (struct spool_record){ found.n, found.envelope, found.part,
			false };
		return RC_OK;
	}
}

void
spool_settle(struct spool *s, int64_t n)
{
	const struct segment_record r = { .type = SEGMENT_SETTLED, .n = n };
	struct err ignored;

	must(n < s->next);
	if (!spool_mark(s, n) || s->failed)
		return;
	/* Forgotten when it does not fit: then the event goes out again. */
	if (append(s, &r, &ignored) == RC_OK)
		drop_settled(s);
}

int64_t
spool_unsettled(const struct spool *s)
{
	return s->last - s->low + 1 - s->n_settled;
}
