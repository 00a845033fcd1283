/* What a spool finds in its directory when it is opened. */
#include "common/bus/spool_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE "events-"
#define PIECES 16 /* how many share the room there is */

const char *
spool_piece_name(int64_t first, char name[PIECE_NAME])
{
	(void)snprintf(name, PIECE_NAME, PIECE "%019lld", (long long)first);
	return name;
}

void
spool_add_piece(struct spool *s, int64_t first, int64_t bytes)
{
	if (s->n_pieces == s->pieces_cap) {
		s->pieces_cap = s->pieces_cap > 0 ? 2 * s->pieces_cap : 32;
		s->pieces =
		    xrealloc(s->pieces, s->pieces_cap * sizeof(*s->pieces));
	}
	s->pieces[s->n_pieces++] = (struct piece){ first, bytes };
}

void
spool_keep_damaged(struct spool *s, int64_t first)
{
	char name[PIECE_NAME], copy[PIECE_NAME];

	(void)snprintf(copy, sizeof(copy), "damaged-%019lld", (long long)first);
	/* Is there already, or the disk is past helping. */
	if (linkat(s->dir, spool_piece_name(first, name), s->dir, copy, 0) != 0)
		return;
}

static enum rc
no_spool(const struct spool *s, struct err *e)
{
	return err_set(
	    e, RC_REJECT, "the spool %s: %s", s->path, strerror(errno));
}

/* A directory that power loss takes away again is none. */
static enum rc
make_directory(struct spool *s, struct err *e)
{
	bool made = mkdir(s->path, S_IRWXU) == 0;
	int above;

	if (!made && errno != EEXIST)
		return no_spool(s, e);
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0)
		return no_spool(s, e);
	above = openat(s->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (above >= 0) {
		if (made)
			(void)fsync(above);
		(void)close(above);
	}
	return RC_OK;
}

static enum rc
lock(struct spool *s, struct err *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	s->lock = openat(
	    s->dir, "lock", O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (s->lock < 0)
		return no_spool(s, e);
	/* Of the open file, so that this process cannot open it twice. */
	if (fcntl(s->lock, F_OFD_SETLK, &whole) == 0)
		return RC_OK;
	if (errno != EAGAIN && errno != EACCES)
		return no_spool(s, e);
	return err_set(
	    e, RC_RETRY, "the spool %s is in use by another process", s->path);
}

static int
by_first(const void *a, const void *b)
{
	const struct piece *x = a, *y = b;

	return (x->first > y->first) - (x->first < y->first);
}

static enum rc
list(struct spool *s, struct err *e)
{
	int fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;
	struct stat st;

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return no_spool(s, e);
	}
	while ((entry = readdir(d)) != NULL) {
		struct str name = str_of(entry->d_name);
		int64_t first;

		if (str_starts(name, STR(PIECE)) &&
		    str_i64(str_cut(name, sizeof(PIECE) - 1, name.n), &first) &&
		    fstatat(s->dir, entry->d_name, &st, 0) == 0)
			spool_add_piece(s, first, st.st_size);
	}
	(void)closedir(d);
	if (s->n_pieces > 0)
		qsort(s->pieces, s->n_pieces, sizeof(*s->pieces), by_first);
	return RC_OK;
}

enum rc
spool_open_piece(
    struct spool *s, int64_t first, struct segment *piece, struct err *e)
{
	char name[PIECE_NAME];

	TRY(segment_open(piece, s->dir, spool_piece_name(first, name), e));
	if (piece->begin.first == first)
		return RC_OK;
	segment_close(piece);
	return err_set(
	    e, RC_REJECT, "%s in the spool is a file of another name", name);
}

void
spool_set_aside(struct spool *s, size_t i)
{
	char name[PIECE_NAME];

	spool_keep_damaged(s, s->pieces[i].first);
	(void)unlinkat(s->dir, spool_piece_name(s->pieces[i].first, name), 0);
	s->n_pieces--;
	memmove(s->pieces + i, s->pieces + i + 1,
	    (s->n_pieces - i) * sizeof(*s->pieces));
}

/* How many events it held is not known, so this tells of one. */
static enum rc
tell_lost_tail(struct spool *s, int64_t first, struct err *e)
{
	const struct spool_record nothing = { .n = first, .damaged = true };
	const struct spool_reason why = { "SPOOL_DAMAGED", "",
		"the file that begins with this event cannot be read; it is "
		"kept as damaged-N" };

	return spool_refuse(s, &nothing, &why, e);
}

static enum rc
begin_first(struct spool *s, int64_t first, struct err *e)
{
	const struct segment_begin begin = { .first = first, .low = first };
	char name[PIECE_NAME];

	TRY(segment_create(
	    &s->tail, s->dir, spool_piece_name(first, name), &begin, e));
	spool_add_piece(s, first, s->tail.size);
	return RC_OK;
}

/* The last piece that can be read, or a new one. */
static enum rc
open_tail(struct spool *s, struct err *e)
{
	int64_t first = 1;

	while (s->n_pieces > 0) {
		enum rc rc;

		first = s->pieces[s->n_pieces - 1].first;
		rc = spool_open_piece(s, first, &s->tail, e);
		if (rc != RC_REJECT)
			return rc;
		TRY(tell_lost_tail(s, first, e));
		spool_set_aside(s, s->n_pieces - 1);
	}
	return begin_first(s, first, e);
}

/* What was settled, and how far it goes, by the last piece. */
static enum rc
replay(struct spool *s, struct err *e)
{
	struct segment_record r;
	int64_t at = SEGMENT_START, skipped = 0;
	enum rc rc;

	s->low = s->tail.begin.low;
	memcpy(s->settled, s->tail.begin.settled, sizeof(s->settled));
	for (int64_t n = 0; n < SPOOL_SPAN; n++)
		s->n_settled += s->settled[n / 8] >> n % 8 & 1;
	s->last = s->tail.begin.first - 1;
	while ((rc = segment_read(
		    &s->tail, &at, s->tail.size, &r, &skipped, e)) == RC_OK) {
		if (r.type == SEGMENT_SETTLED)
			(void)spool_mark(s, r.n);
		else if (r.type == SEGMENT_EVENT && r.n > s->last)
			s->last = r.n;
	}
	if (rc != RC_GONE)
		return rc;
	if (skipped > 0)
		spool_keep_damaged(s, s->tail.begin.first);
	/* The last write was torn: nobody was told that it is kept. */
	if (at != s->tail.size)
		TRY(segment_cut(&s->tail, at, e));
	s->synced = s->tail.size;
	return segment_sync(&s->tail, e);
}

/* What a lost mark would bring back is deleted already. */
static void
begin_at(struct spool *s, int64_t first)
{
	while (s->low < first && s->n_settled > 0)
		if (!spool_mark(s, s->low))
			break;
	if (s->low < first)
		s->low = first;
	if (s->last < s->low - 1)
		s->last = s->low - 1;
	s->next = s->low;
	s->at = SEGMENT_START;
}

/* The piece with the oldest unsettled event. */
static enum rc
open_head(struct spool *s, struct err *e)
{
	size_t i = s->n_pieces - 1;
	enum rc rc;

	while (i > 0 && s->pieces[i].first > s->low)
		i--;
	while ((rc = spool_open_piece(s, s->pieces[i].first, &s->head, e)) ==
	       RC_REJECT)
		spool_set_aside(s, i);
	return rc;
}

static enum rc
recover(struct spool *s, struct err *e)
{
	(void)unlinkat(s->dir, "begun", 0);
	TRY(list(s, e));
	TRY(open_tail(s, e));
	TRY(replay(s, e));
	s->pieces[s->n_pieces - 1].bytes = s->tail.size;
	begin_at(s, s->pieces[0].first);
	return open_head(s, e);
}

enum rc
spool_open(struct spool **sp, const char *dir, int64_t max_bytes, struct err *e)
{
	struct spool *s = xcalloc(1, sizeof(*s));
	bool is_locked;
	enum rc rc;

	s->path = xstrdup(dir);
	s->dir = s->lock = s->refused = s->head.fd = s->tail.fd = -1;
	s->max_bytes =
	    max_bytes > SPOOL_MIN_BYTES ? max_bytes : SPOOL_MIN_BYTES;
	s->piece_bytes = s->max_bytes / PIECES < (int64_t)64 << 20
			     ? s->max_bytes / PIECES
			     : (int64_t)64 << 20;
	rc = make_directory(s, e);
	if (rc == RC_OK)
		rc = lock(s, e);
	is_locked = rc == RC_OK;
	if (rc == RC_OK)
		rc = spool_open_refused(s, e);
	if (rc == RC_OK)
		rc = recover(s, e);
	/* A full disk is no matter of patience here. */
	if (rc == RC_RETRY && is_locked)
		rc = RC_REJECT;
	if (rc != RC_OK) {
		spool_close(&s);
		return rc;
	}
	spool_read_key(s);
	*sp = s;
	return RC_OK;
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

void
spool_close(struct spool **sp)
{
	struct spool *s = *sp;
	struct err ignored;

	if (s == NULL)
		return;
	if (s->tail.fd >= 0 && !s->failed && spool_sync(s, &ignored) != RC_OK)
		s->failed = true;
	segment_close(&s->head);
	segment_close(&s->tail);
	close_fd(s->refused);
	close_fd(s->lock);
	close_fd(s->dir);
	free(s->pieces);
	free(s->path);
	free(s);
	*sp = NULL;
}
