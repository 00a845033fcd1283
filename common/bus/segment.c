#include "common/bus/segment.h"

#include "common/msg/envelope.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A record: magic, type, number, two lengths, a digest of all that with the
 * file's salt as key, then the bytes.  Integers are little-endian.  The key
 * keeps an event from holding bytes that pass for a record.
 */
#define MAGIC_LEN 4
#define AT_TYPE 4
#define AT_N 8
#define AT_ENVELOPE 16
#define AT_PART 20
#define AT_DIGEST 24
#define DIGEST_LEN 16
#define HEADER_LEN (AT_DIGEST + DIGEST_LEN)
#define BEGIN_LEN (SEGMENT_SALT + 8 + SEGMENT_SPAN / 8)
#define COPY_LEN (HEADER_LEN + BEGIN_LEN)
#define RECORD_MAX (HEADER_LEN + ENVELOPE_MAX + SEALED_MAX)
#define LOOK_LEN 16384

static const unsigned char magic[MAGIC_LEN] = { 0xc1, 'H', 'Y', 's' };

_Static_assert(SEGMENT_START == 2 * COPY_LEN, "two copies of the beginning");

static void
put_int(unsigned char *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(v >> 8 * i);
}

static uint64_t
get_int(const unsigned char *from, size_t n)
{
	uint64_t v = 0;

	for (size_t i = n; i-- > 0;)
		v = v << 8 | from[i];
	return v;
}

static void
digest_of(const unsigned char *record, size_t n,
    const unsigned char salt[SEGMENT_SALT], unsigned char digest[DIGEST_LEN])
{
	crypto_generichash_state st;

	(void)crypto_generichash_init(&st, salt, SEGMENT_SALT, DIGEST_LEN);
	(void)crypto_generichash_update(&st, record, AT_DIGEST);
	(void)crypto_generichash_update(
	    &st, record + HEADER_LEN, n - HEADER_LEN);
	(void)crypto_generichash_final(&st, digest, DIGEST_LEN);
}

/* The bytes of R, in S's room; how many. */
static size_t
put_record(struct segment *s, const struct segment_record *r)
{
	unsigned char *p = s->room;

	must(r->envelope.n <= ENVELOPE_MAX && r->part.n <= SEALED_MAX);
	memcpy(p, magic, MAGIC_LEN);
	put_int(p + AT_TYPE, r->type, 4);
	put_int(p + AT_N, (uint64_t)r->n, 8);
	put_int(p + AT_ENVELOPE, r->envelope.n, 4);
	put_int(p + AT_PART, r->part.n, 4);
	if (r->envelope.n > 0)
		memcpy(p + HEADER_LEN, r->envelope.p, r->envelope.n);
	if (r->part.n > 0)
		memcpy(p + HEADER_LEN + r->envelope.n, r->part.p, r->part.n);
	digest_of(p, (size_t)segment_cost(r), s->begin.salt, p + AT_DIGEST);
	return (size_t)segment_cost(r);
}

static bool
is_no_room(int why)
{
	return why == ENOSPC || why == EDQUOT || why == EFBIG;
}

/* All of N bytes at AT, or what is wrong. */
static enum rc
write_all(int fd, const unsigned char *p, size_t n, int64_t at, struct err *e)
{
	while (n > 0) {
		ssize_t done = pwrite(fd, p, n, at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_set(e,
			    is_no_room(errno) ? RC_RETRY : RC_FATAL,
			    "writing to the spool: %s", strerror(errno));
		p += done;
		n -= (size_t)done;
		at += done;
	}
	return RC_OK;
}

/* *GOT of N bytes: fewer only where the file ends. */
static enum rc
read_some(int fd, void *p, size_t n, int64_t at, size_t *got, struct err *e)
{
	*got = 0;
	while (*got < n) {
		ssize_t done =
		    pread(fd, (char *)p + *got, n - *got, at + (int64_t)*got);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_set(e, RC_FATAL, "reading the spool: %s",
			    strerror(errno));
		if (done == 0)
			break;
		*got += (size_t)done;
	}
	return RC_OK;
}

static void
segment_init(struct segment *s)
{
	*s = (struct segment){ .fd = -1, .room = xmalloc(RECORD_MAX) };
}

void
segment_close(struct segment *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	free(s->room);
	s->room = NULL;
}

enum rc
segment_sync(struct segment *s, struct err *e)
{
	return fdatasync(s->fd) == 0
		   ? RC_OK
		   : err_set(e, RC_FATAL, "the spool cannot be flushed: %s",
			 strerror(errno));
}

enum rc
segment_cut(struct segment *s, int64_t at, struct err *e)
{
	if (ftruncate(s->fd, at) != 0)
		return err_set(e, RC_FATAL, "cutting off a torn record: %s",
		    strerror(errno));
	s->size = at;
	return segment_sync(s, e);
}

int64_t
segment_cost(const struct segment_record *r)
{
	return HEADER_LEN + (int64_t)(r->envelope.n + r->part.n);
}

enum rc
segment_append(struct segment *s, const struct segment_record *r, struct err *e)
{
	size_t n = put_record(s, r);
	enum rc rc = write_all(s->fd, s->room, n, s->size, e);

	if (rc != RC_OK) {
		/* What was begun would only be skipped later. */
		if (ftruncate(s->fd, s->size) != 0)
			return err_set(e, RC_FATAL, "%s", e->text);
		return rc;
	}
	s->size += (int64_t)n;
	return RC_OK;
}

/* Under another name first: a file with its own name has its beginning. */
static enum rc
settle_name(struct segment *s, int dir, const char *name, struct err *e)
{
	TRY(segment_sync(s, e));
	if (renameat(dir, "begun", dir, name) != 0 || fsync(dir) != 0)
		return err_set(
		    e, RC_FATAL, "%s in the spool: %s", name, strerror(errno));
	return RC_OK;
}

enum rc
segment_create(struct segment *s, int dir, const char *name,
    const struct segment_begin *begin, struct err *e)
{
	unsigned char body[BEGIN_LEN];
	const struct segment_record r = { .type = SEGMENT_BEGIN,
		.n = begin->first,
		.envelope = { (const char *)body, sizeof(body) } };
	enum rc rc = RC_OK;

	segment_init(s);
	s->begin = *begin;
	randombytes_buf(s->begin.salt, SEGMENT_SALT);
	memcpy(body, s->begin.salt, SEGMENT_SALT);
	put_int(body + SEGMENT_SALT, (uint64_t)begin->low, 8);
	memcpy(body + SEGMENT_SALT + 8, begin->settled, SEGMENT_SPAN / 8);
	s->fd = openat(dir, "begun", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
	    S_IRUSR | S_IWUSR);
	if (s->fd < 0)
		rc = err_set(e, is_no_room(errno) ? RC_RETRY : RC_FATAL,
		    "a new file in the spool: %s", strerror(errno));
	for (int copy = 0; copy < 2 && rc == RC_OK; copy++)
		rc = segment_append(s, &r, e);
	if (rc == RC_OK)
		rc = settle_name(s, dir, name, e);
	if (rc != RC_OK)
		segment_close(s);
	return rc;
}

/* What the header in ROOM says; false when it is none. */
static bool
read_header(const unsigned char *room, struct segment_record *r)
{
	uint64_t type = get_int(room + AT_TYPE, 4);
	uint64_t envelope = get_int(room + AT_ENVELOPE, 4);
	uint64_t part = get_int(room + AT_PART, 4);

	if (memcmp(room, magic, MAGIC_LEN) != 0 || type > SEGMENT_SETTLED ||
	    envelope > ENVELOPE_MAX || part > SEALED_MAX)
		return false;
	*r = (struct segment_record){ .type = (enum segment_type)type,
		.n = (int64_t)(get_int(room + AT_N, 8) & INT64_MAX),
		.envelope = { (const char *)room + HEADER_LEN,
		    (size_t)envelope },
		.part = { (const char *)room + HEADER_LEN + envelope,
		    (size_t)part } };
	return true;
}

/*
 * The record at AT; RC_GONE when there is no sound one before END.  SALT is
 * NULL for a beginning, which holds its own.
 */
static enum rc
read_record(struct segment *s, int64_t at, int64_t end,
    const unsigned char *salt, struct segment_record *r, struct err *e)
{
	unsigned char digest[DIGEST_LEN];
	size_t got, rest;

	TRY(read_some(s->fd, s->room, HEADER_LEN, at, &got, e));
	if (got < HEADER_LEN || !read_header(s->room, r) ||
	    at + segment_cost(r) > end)
		return RC_GONE;
	rest = r->envelope.n + r->part.n;
	TRY(read_some(
	    s->fd, s->room + HEADER_LEN, rest, at + HEADER_LEN, &got, e));
	if (got < rest)
		return RC_GONE;
	if (salt == NULL) {
		if (r->type != SEGMENT_BEGIN || r->envelope.n != BEGIN_LEN)
			return RC_GONE;
		salt = s->room + HEADER_LEN;
	}
	digest_of(s->room, HEADER_LEN + rest, salt, digest);
	return memcmp(digest, s->room + AT_DIGEST, DIGEST_LEN) == 0 ? RC_OK
								    : RC_GONE;
}

static void
take_begin(struct segment *s, const struct segment_record *r)
{
	const unsigned char *body = (const unsigned char *)r->envelope.p;

	s->begin.first = r->n;
	memcpy(s->begin.salt, body, SEGMENT_SALT);
	s->begin.low = (int64_t)get_int(body + SEGMENT_SALT, 8);
	memcpy(s->begin.settled, body + SEGMENT_SALT + 8, SEGMENT_SPAN / 8);
}

static enum rc
read_begin(struct segment *s, const char *name, struct err *e)
{
	struct segment_record r;
	struct stat st;

	if (fstat(s->fd, &st) != 0)
		return err_set(
		    e, RC_FATAL, "%s in the spool: %s", name, strerror(errno));
	s->size = st.st_size;
	for (int copy = 0; copy < 2; copy++) {
		enum rc rc =
		    read_record(s, copy * COPY_LEN, SEGMENT_START, NULL, &r, e);

		if (rc == RC_OK)
			take_begin(s, &r);
		if (rc != RC_GONE)
			return rc;
	}
	return err_set(
	    e, RC_REJECT, "%s in the spool has no sound beginning", name);
}

enum rc
segment_open(struct segment *s, int dir, const char *name, struct err *e)
{
	enum rc rc;

	segment_init(s);
	s->fd = openat(dir, name, O_RDWR | O_CLOEXEC);
	if (s->fd < 0)
		return err_set(
		    e, RC_FATAL, "%s in the spool: %s", name, strerror(errno));
	rc = read_begin(s, name, e);
	if (rc != RC_OK)
		segment_close(s);
	return rc;
}

/* Whether a sound record stands at or behind AT; *AT becomes its place. */
static enum rc
look_further(struct segment *s, int64_t *at, int64_t end,
    struct segment_record *r, struct err *e)
{
	char bytes[LOOK_LEN];
	size_t got, i;

	for (int64_t from = *at; from < end;
	     from += LOOK_LEN - (MAGIC_LEN - 1)) {
		TRY(read_some(s->fd, bytes, sizeof(bytes), from, &got, e));
		for (i = 0; i + MAGIC_LEN <= got; i++) {
			enum rc rc;

			if (memcmp(bytes + i, magic, MAGIC_LEN) != 0)
				continue;
			rc = read_record(
			    s, from + (int64_t)i, end, s->begin.salt, r, e);
			if (rc == RC_OK)
				*at = from + (int64_t)i;
			if (rc != RC_GONE)
				return rc;
		}
	}
	return RC_GONE;
}

enum rc
segment_read(struct segment *s, int64_t *at, int64_t end,
    struct segment_record *r, int64_t *skipped, struct err *e)
{
	int64_t from = *at, found = from;
	enum rc rc;

	if (from >= end)
		return RC_GONE;
	rc = read_record(s, from, end, s->begin.salt, r, e);
	if (rc == RC_GONE) {
		found = from + 1;
		rc = look_further(s, &found, end, r, e);
	}
	if (rc != RC_OK)
		return rc;
	*skipped += found - from;
	*at = found + segment_cost(r);
	return RC_OK;
}
