/* Many events from a file, as many under way as the bus allows. */
#include "cli/publish.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLIGHTS_MAX 1024
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define WAIT_MS 200
#define SEND_MAX 500
#define BAR_MS 100
#define BAR_COLUMNS 24

/* The line of an event on its way; with a spool, only its id is told. */
struct flight {
	int64_t n;
	int64_t line;
};

struct sending {
	struct publisher *publisher;
	struct tally *tally;
	FILE *f;
	int64_t rate;
	off_t size; /* 0: not known */
	off_t read;
	int64_t line;
	int64_t sent;
	int64_t spool_ms; /* 0: no spool */
	int64_t heard_ms;
	int64_t shown_ms;
	bool bar;
	bool shared; /* outcomes go to the same terminal */
	bool end;
	bool stopped; /* something is wrong with the publisher */
	char *text;   /* of getline() */
	size_t text_cap;
	struct flight flights[FLIGHTS_MAX];
	size_t n_flights;
};

static void
hide_bar(const struct sending *s)
{
	if (s->bar)
		(void)fprintf(stderr, "\r\033[K");
}

static void
show_bar(struct sending *s)
{
	int64_t now = clock_mono_ms();
	int full;

	if (!s->bar || now - s->shown_ms < BAR_MS)
		return;
	s->shown_ms = now;
	(void)fprintf(stderr, "\r\033[K");
	if (s->size > 0) {
		full = (int)(BAR_COLUMNS * s->read / s->size);
		(void)fprintf(stderr, "[%.*s%*s] %3d%%  ", full,
		    "========================", BAR_COLUMNS - full, "",
		    (int)(100 * s->read / s->size));
	}
	(void)fprintf(stderr, "%lld sent, %lld refused", (long long)s->sent,
	    (long long)s->tally->refused);
	(void)fflush(stderr);
}

static void
tell(struct sending *s, const struct outcome *o, int64_t line)
{
	if (s->shared) {
		hide_bar(s);
		s->shown_ms = 0;
	}
	publish_tell(s->tally, o, line);
}

/* The next line that says something; false at the end. */
static bool
next_line(struct sending *s, struct str *line)
{
	ssize_t n;

	while ((n = getline(&s->text, &s->text_cap, s->f)) >= 0) {
		s->line++;
		s->read += n;
		while (n > 0 && strchr(" \t\r\n", s->text[n - 1]) != NULL)
			n--;
		if (n == 0)
			continue;
		*line = (struct str){ s->text, (size_t)n };
		return true;
	}
	s->end = true;
	return false;
}

/* Nothing more can be sent: what is under way may be stored or not. */
static void
stop(struct sending *s, const struct err *e)
{
	hide_bar(s);
	cli_say("%s", e->text);
	s->tally->unknown += s->spool_ms == 0 ? (int64_t)s->n_flights : 0;
	s->n_flights = 0;
	s->end = true;
	s->stopped = true;
}

static bool
has_room(const struct sending *s)
{
	return s->spool_ms > 0 ||
	       (s->n_flights < FLIGHTS_MAX &&
		   publisher_unanswered(s->publisher) <
		       (int64_t)publisher_window(s->publisher));
}

/* Whether outcomes are to be waited for. */
static bool
is_waiting(const struct sending *s)
{
	if (s->stopped)
		return false;
	return s->spool_ms > 0 ? publisher_unanswered(s->publisher) > 0 &&
				     clock_mono_ms() - s->heard_ms < s->spool_ms
			       : s->n_flights > 0;
}

static void
land(struct sending *s, const struct outcome *o)
{
	int64_t line = 0;

	for (size_t i = 0; i < s->n_flights && line == 0; i++) {
		if (s->flights[i].n != o->n)
			continue;
		line = s->flights[i].line;
		s->flights[i] = s->flights[--s->n_flights];
	}
	tell(s, o, line);
}

static void
receive(struct sending *s, int64_t wait_ms)
{
	struct outcome o;
	struct err e;
	enum rc rc;

	do {
		rc = publisher_next(s->publisher, (int)wait_ms, &o, &e);
		wait_ms = 0;
		if (rc == RC_OK) {
			s->heard_ms = clock_mono_ms();
			land(s, &o);
		}
	} while (rc == RC_OK && is_waiting(s));
	if (rc == RC_FATAL || rc == RC_REJECT)
		stop(s, &e);
}

/* Waits for room as long as there is a chance of some. */
static void
send_parcel(struct sending *s, const struct parcel_out *p)
{
	struct flight fl = { .line = s->line };
	struct err e;
	enum rc rc;

	while ((rc = publisher_put(s->publisher, buf_get(&p->envelope),
		    p->box.n > 0 ? PART_SEALED : PART_NONE, buf_get(&p->box),
		    &fl.n, &e)) == RC_RETRY &&
	       is_waiting(s))
		receive(s, WAIT_MS);
	if (rc != RC_OK) {
		stop(s, &e);
		return;
	}
	s->sent++;
	if (s->spool_ms == 0)
		s->flights[s->n_flights++] = fl;
}

static void
send_line(struct sending *s, struct str line)
{
	struct parcel_out p;
	struct outcome o;

	parcel_out_init(&p);
	if (line.n > LINE_BYTES_MAX)
		line.n = 0; /* no JSON: it is refused below */
	if (publish_line(s->publisher, line, &p, &o) == RC_OK) {
		send_parcel(s, &p);
	} else {
		(void)snprintf(o.id, sizeof(o.id), "%s", p.id);
		(void)snprintf(o.type, sizeof(o.type), "%s", p.type);
		tell(s, &o, s->line);
	}
	parcel_out_fini(&p);
}

/* Ms until the next event may go, by the rate. */
static int64_t
pause_ms(const struct sending *s)
{
	int64_t due;

	if (s->rate == 0)
		return 0;
	due = s->tally->began_ms + s->sent * 1000 / s->rate;
	return due > clock_mono_ms() ? due - clock_mono_ms() : 0;
}

/* A spool takes all: from time to time look what came back. */
static void
send_some(struct sending *s)
{
	struct str line;

	for (int n = 0; n < SEND_MAX && !s->end && has_room(s) &&
			pause_ms(s) == 0 && next_line(s, &line);
	     n++) {
		send_line(s, line);
		show_bar(s);
	}
	s->heard_ms = clock_mono_ms();
}

static void
run(struct sending *s)
{
	while (!s->end || is_waiting(s)) {
		int64_t wait;

		if (!s->end)
			send_some(s);
		show_bar(s);
		wait = s->end || !has_room(s) ? WAIT_MS : pause_ms(s);
		if (is_waiting(s))
			receive(s, wait < WAIT_MS ? wait : WAIT_MS);
		else if (wait > 0 && !s->end)
			(void)usleep((useconds_t)wait * 1000);
	}
	if (s->spool_ms > 0)
		s->tally->spooled = publisher_unanswered(s->publisher);
}

static bool
open_file(struct sending *s, const char *path)
{
	struct stat st;

	s->f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (s->f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return false;
	}
	if (fstat(fileno(s->f), &st) == 0 && S_ISREG(st.st_mode))
		s->size = st.st_size;
	return true;
}

int
publish_file(struct publisher *p, const char *path, int64_t rate,
    int64_t spool_ms, struct tally *t)
{
	struct sending *s = xcalloc(1, sizeof(*s));
	int code = EXIT_CONNECT;

	s->publisher = p;
	s->tally = t;
	s->rate = rate;
	s->spool_ms = spool_ms;
	s->bar = isatty(STDERR_FILENO) == 1;
	s->shared = s->bar && isatty(STDOUT_FILENO) == 1;
	s->heard_ms = clock_mono_ms();
	if (open_file(s, path)) {
		run(s);
		hide_bar(s);
		code = publish_sum_up(t);
		if (s->stopped)
			code = EXIT_CONNECT;
		if (s->f != stdin)
			(void)fclose(s->f);
	}
	free(s->text);
	free(s);
	return code;
}
