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
	struct huying_publisher *publisher;
	struct tally *tally;
	struct awaited *awaited;
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
tell(struct sending *s, const struct huying_outcome *o, int64_t line)
{
	if (s->shared) {
		hide_bar(s);
		s->shown_ms = 0;
	}
	publish_tell(s->tally, o, line);
	awaited_add(s->awaited, o);
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
stop(struct sending *s, const struct huying_error *e)
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
	return s->spool_ms > 0 || s->n_flights < FLIGHTS_MAX;
}

/* Whether outcomes are to be waited for. */
static bool
is_waiting(const struct sending *s)
{
	if (s->stopped)
		return false;
	return s->spool_ms > 0 ? huying_unanswered(s->publisher) > 0 &&
				     clock_mono_ms() - s->heard_ms < s->spool_ms
			       : s->n_flights > 0;
}

static void
land(struct sending *s, const struct huying_outcome *o)
{
	int64_t line = 0;

	for (size_t i = 0; i < s->n_flights && line == 0; i++) {
		if (s->flights[i].n != o->number)
			continue;
		line = s->flights[i].line;
		s->flights[i] = s->flights[--s->n_flights];
	}
	tell(s, o, line);
}

static void
receive(struct sending *s, int64_t wait_ms)
{
	const struct huying_outcome *o;
	struct huying_error e;
	enum huying_code code;

	do {
		code = huying_poll(s->publisher, (int)wait_ms, &o, &e);
		wait_ms = 0;
		if (code == HUYING_OK) {
			s->heard_ms = clock_mono_ms();
			land(s, o);
		}
	} while (code == HUYING_OK && is_waiting(s));
	if (code != HUYING_OK && code != HUYING_NOTHING)
		stop(s, &e);
}

/* It goes nowhere: told as if the bus had refused it. */
static void
turn_away(struct sending *s, const struct parcel_out *p)
{
	tell(s,
	    &(struct huying_outcome){ .status = HUYING_REFUSED,
		.id = p->id,
		.type = p->type,
		.code = p->why.code,
		.field = p->why.field,
		.reason = p->why.reason },
	    s->line);
}

/* Waits for room as long as there is a chance of some. */
static void
send_parcel(struct sending *s, struct parcel_out *p)
{
	struct flight fl = { .line = s->line };
	struct huying_error e;
	enum huying_code code;

	while ((code = huying_publish_msgpack(s->publisher, p->envelope.p,
		    p->envelope.n, p->with_person ? &p->person : NULL, &fl.n,
		    &e)) == HUYING_FULL &&
	       is_waiting(s))
		receive(s, WAIT_MS);
	if (code == HUYING_INVALID || code == HUYING_AWAY) {
		/* AWAY: there is no key to seal with. */
		(void)publish_refuse(p,
		    code == HUYING_AWAY ? "NO_KEY" : "TOO_LONG",
		    code == HUYING_AWAY ? "sealedpart" : "event",
		    str_of(e.text));
		turn_away(s, p);
	} else if (code != HUYING_OK) {
		stop(s, &e);
	} else {
		s->sent++;
		if (s->spool_ms == 0)
			s->flights[s->n_flights++] = fl;
	}
}

static void
send_line(struct sending *s, struct str line)
{
	struct parcel_out p;

	parcel_out_init(&p);
	if (line.n > LINE_BYTES_MAX)
		line.n = 0; /* no JSON: it is refused below */
	if (publish_line(line, &p) == RC_OK)
		send_parcel(s, &p);
	else
		turn_away(s, &p);
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
		s->tally->spooled = huying_unanswered(s->publisher);
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
publish_file(struct huying_publisher *p, const char *path, int64_t rate,
    int64_t spool_ms, struct tally *t, struct awaited *a)
{
	struct sending *s = xcalloc(1, sizeof(*s));
	int code = EXIT_CONNECT;

	s->publisher = p;
	s->tally = t;
	s->awaited = a;
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
