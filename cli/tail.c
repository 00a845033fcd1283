/* huying tail: the bus, event by event, without gap or repeat. */
#include "cli/tail.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_INTERRUPTED 130
/* How long a signal, or a reader that went away, may go unnoticed. */
#define SLICE_MS 200
#define LINE_ROOM ((size_t)1 << 20)

static volatile sig_atomic_t interrupted;

static void
on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Also where a shell started us in the background, which ignores it. */
static void
take_signals(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };

	(void)sigaction(SIGINT, &sa, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Whoever read us, "head" perhaps, has gone. */
static bool
nobody_reads(void)
{
	struct pollfd fd = { .fd = STDOUT_FILENO };

	return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLERR | POLLHUP)) != 0;
}

/* -1, or the exit code that a failed write means. */
static int
put_out(struct buf *line)
{
	if (fwrite(line->p, 1, line->n, stdout) == line->n &&
	    fflush(stdout) == 0)
		return -1;
	if (errno == EPIPE)
		return EXIT_OK;
	cli_say("cannot write: %s", strerror(errno));
	return EXIT_CONNECT;
}

static void
put_event(struct tail *t, const struct msg_envelope *env,
    const struct log_event *ev, struct buf *out)
{
	char topic[TOPIC_MAX];

	switch (t->form) {
	case FORM_PRETTY:
		print_event(&t->printer, env, ev->at, out);
		return;
	case FORM_JSON:
		envelope_json(env, ev->seq, ev->at, out);
		break;
	case FORM_TOPICS:
		buf_str(out, envelope_topic(env->type, env->division, topic));
		break;
	case FORM_RAW:
		buf_str(out, ev->envelope);
		return;
	}
	buf_char(out, '\n');
}

/* Code to leave with, or -1. */
static int
take_event(struct tail *t, const struct log_event *ev)
{
	struct msg_envelope env;

	if (envelope_decode(ev->envelope, MSG_LENIENT, &env, NULL) != RC_OK) {
		cli_say("event %lld is not one that this version can read",
		    (long long)ev->seq);
		return -1;
	}
	if (str_is(env.type, msg_registry_changed_desc.type) &&
	    t->names.registry != NULL) {
		names_reload(&t->names);
		t->printer.registry = t->names.registry;
	}
	if (!filter_matches(&t->filter, &env))
		return -1;
	buf_reset(&t->line);
	put_event(t, &env, ev, &t->line);
	t->shown++;
	if (put_out(&t->line) >= 0)
		return EXIT_OK;
	return t->count > 0 && t->shown >= t->count ? EXIT_OK : -1;
}

/* What came instead of an event; code to leave with, or -1. */
static int
take_silence(struct tail *t, enum rc rc, const struct err *e)
{
	if (rc == RC_GONE)
		return log_ended(t->reader)
			   ? (t->shown > 0 && t->count == 0 ? EXIT_OK
							    : EXIT_NOTHING)
			   : -1;
	if (rc != RC_RETRY || (t->shown == 0 && log_head(t->reader) == 0)) {
		cli_say("%s", e->text);
		return EXIT_CONNECT;
	}
	if (!t->silent)
		cli_say("%s; waiting for it", e->text);
	t->silent = true;
	return -1;
}

static int
left_ms(const struct tail *t)
{
	int64_t left = SLICE_MS;

	if (t->until_ms > 0 && t->until_ms - clock_mono_ms() < left)
		left = t->until_ms - clock_mono_ms();
	return left > 0 ? (int)left : 0;
}

static int
follow(struct tail *t)
{
	struct log_event ev;
	struct err e;
	int code = -1;

	while (code < 0) {
		enum rc rc;

		if (interrupted)
			return EXIT_INTERRUPTED;
		if (nobody_reads())
			return EXIT_OK;
		if (t->until_ms > 0 && clock_mono_ms() >= t->until_ms)
			return t->shown > 0 && t->count == 0 ? EXIT_OK
							     : EXIT_NOTHING;
		rc = log_next(t->reader, left_ms(t), &ev, &e);
		if (rc == RC_OK) {
			t->silent = false;
			code = take_event(t, &ev);
		} else {
			code = take_silence(t, rc, &e);
		}
	}
	return code;
}

static enum rc
open_reader(struct tail *t, struct err *e)
{
	char text[FILTER_WORDS_MAX][TOPIC_MAX], time[CLOCK_TEXT];
	struct str prefixes[FILTER_WORDS_MAX];
	struct log_options o = t->from;

	o.topics = prefixes;
	o.n_topics = filter_prefixes(&t->filter, prefixes, text);
	o.casefile = str_of(t->filter.casefile);
	o.division = str_of(t->filter.division);
	if (t->since > 0)
		o.from_time = str_of(clock_format(t->since, time));
	return log_open(&t->reader, t->conf.log, &o, e);
}

/*
 * The last N that match: seqs in a ring, over a window before the head that
 * grows until it holds enough.
 */
struct backlog {
	int64_t *seqs;
	int64_t n; /* wanted */
	int64_t found;
	int64_t head;
};

/*
 * Reads from FROM (0: from the head) to the end; RC_OK, or why the reading
 * ended early.
 */
static enum rc
read_window(struct tail *t, struct backlog *b, int64_t from, struct err *e)
{
	struct msg_envelope env;
	struct log_event ev;
	enum rc rc;

	t->from =
	    (struct log_options){ .from_seq = from, .from_head = from == 0 };
	b->found = 0;
	TRY(open_reader(t, e));
	do {
		rc = log_next(t->reader, SLICE_MS, &ev, e);
		if (rc == RC_OK &&
		    envelope_decode(ev.envelope, MSG_LENIENT, &env, NULL) ==
			RC_OK &&
		    filter_matches(&t->filter, &env))
			b->seqs[b->found++ % b->n] = ev.seq;
	} while (!interrupted &&
		 (rc == RC_OK || (rc == RC_GONE && !log_ended(t->reader))));
	b->head = log_head(t->reader);
	log_reader_close(&t->reader);
	return rc == RC_GONE ? RC_OK : rc;
}

static enum rc
find_backlog(struct tail *t, struct err *e)
{
	struct backlog b = { .n = t->backlog };
	int64_t window = t->backlog > 1000 ? t->backlog : 1000, from;
	enum rc rc;

	b.seqs = xcalloc((size_t)b.n, sizeof(*b.seqs));
	rc = read_window(t, &b, 0, e); /* only to learn the head */
	from = b.head;
	while (rc == RC_OK && !interrupted && b.found < b.n && from > 1) {
		from = b.head > window ? b.head - window + 1 : 1;
		window *= 8;
		rc = read_window(t, &b, from, e);
	}
	t->from = (struct log_options){ .from_seq = b.head + 1 };
	if (b.found >= b.n)
		t->from.from_seq = b.seqs[b.found % b.n];
	else if (b.found > 0)
		t->from.from_seq = b.seqs[0];
	free(b.seqs);
	return rc;
}

static int
run(struct tail *t)
{
	struct err e;

	take_signals();
	if (t->backlog > 0 && find_backlog(t, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	t->from.follow = t->follow;
	if (open_reader(t, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	return follow(t);
}

int
cmd_tail(int argc, char **argv)
{
	struct tail t = { .follow = true };
	int code;

	buf_init(&t.line, LINE_ROOM);
	code = tail_options(&t, argc, argv);
	if (code < 0) {
		t.printer.arena = arena_new(LINE_ROOM);
		code = run(&t);
	}
	log_reader_close(&t.reader);
	names_close(&t.names);
	arena_free(&t.printer.arena);
	buf_fini(&t.line);
	return code;
}
