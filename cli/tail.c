/* huying tail: the bus, event by event, without gap or repeat. */
#include "cli/tail.h"

#include "common/base/signals.h"
#include "common/bus/socket.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* How long a signal, or a reader that went away, may go unnoticed. */
#define SLICE_MS 200
#define LINE_ROOM ((size_t)4 << 20)
#define ARENA_ROOM ((size_t)1 << 20)

bool
tail_stopped(struct tail *t)
{
	struct signalfd_siginfo info;

	if (t->stopped_by == 0 &&
	    read(t->signals, &info, sizeof(info)) == sizeof(info))
		t->stopped_by = (int)info.ssi_signo;
	return t->stopped_by != 0;
}

/* Whoever read us, "head" perhaps, has gone. */
static bool
nobody_reads(void)
{
	struct pollfd fd = { .fd = STDOUT_FILENO };

	return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLERR | POLLHUP)) != 0;
}

int64_t
tail_now(struct tail *t)
{
	int64_t now_ms = clock_mono_ms();

	if (t->now == 0 || now_ms - t->now_ms >= SECOND_MS) {
		t->now = names_now(&t->names);
		t->now_ms = now_ms;
	}
	return t->now;
}

/* It is over: was what was asked for there? */
static int
end_code(const struct tail *t)
{
	int64_t wanted = t->count > 0 ? t->count : 1;

	return t->shown >= wanted ? EXIT_OK : EXIT_NOTHING;
}

/* A name or a place may be another one from here on. */
static void
note_registry(struct tail *t, const struct tail_event *ev)
{
	if (t->names.registry != NULL &&
	    str_is(ev->env.type, msg_registry_changed_desc.type))
		names_reload(&t->names);
}

/* What cannot be read is shown, but it is not what anybody asked for. */
static int
take_unreadable(struct tail *t, const struct tail_event *ev)
{
	int code = tail_show(t, ev);

	if (code != TAIL_GOES_ON || !t->strict)
		return code;
	cli_say("event %lld cannot be read: %s", (long long)ev->seq, ev->why);
	return EXIT_DATA;
}

static int
take_event(struct tail *t, const struct tail_event *ev)
{
	int64_t now = clock_mono_ms();
	int code;

	if (t->last_seq > 0 && ev->seq > t->last_seq)
		return end_code(t);
	if (!ev->readable)
		return take_unreadable(t, ev);
	note_registry(t, ev);
	if (!filter_matches(&t->filter, &ev->env))
		return TAIL_GOES_ON;
	t->matched_ms = now;
	if (!rate_allows(&t->rate, now))
		return TAIL_GOES_ON;
	code = tail_show(t, ev);
	if (code != TAIL_GOES_ON)
		return code;
	t->shown++;
	if (t->strict && !tail_event_valid(ev, t->arena)) {
		cli_say("event %lld is not what the schema of %.*s says",
		    (long long)ev->seq, STR_ARG(ev->env.type));
		return EXIT_DATA;
	}
	return t->shown == t->count ? EXIT_OK : TAIL_GOES_ON;
}

static const char *
endpoint(const struct tail *t)
{
	return t->from.live_only ? t->from.live : t->from.log;
}

static int
take_silence(struct tail *t, const struct err *e)
{
	if (!source_heard(t->source)) {
		cli_say("%s%s", e->text,
		    socket_is_tcp(endpoint(t))
			? "; or it does not know the key in HUYING_KEY"
			: "");
		return EXIT_CONNECT;
	}
	if (!t->silent)
		tail_note(t, "%s; waiting for it", e->text);
	t->silent = true;
	return TAIL_GOES_ON;
}

static int
take(struct tail *t, enum came came, const struct tail_event *ev,
    const struct err *e)
{
	switch (came) {
	case CAME_EVENT:
		t->silent = false;
		return take_event(t, ev);
	case CAME_NOTHING:
		return nobody_reads() ? TAIL_NOBODY_READS : TAIL_GOES_ON;
	case CAME_END:
		return end_code(t);
	case CAME_LIVE:
		tail_note(t, "live");
		return TAIL_GOES_ON;
	case CAME_LOST:
		cli_say("%s", e->text);
		return t->strict ? EXIT_LOST : TAIL_GOES_ON;
	case CAME_SILENCE:
		return take_silence(t, e);
	case CAME_REFUSAL:
		cli_say("%s", e->text);
		return EXIT_CONNECT;
	}
	return TAIL_GOES_ON;
}

/* Whether time is up; TAIL_GOES_ON when it is not. */
static int
take_time(struct tail *t, int64_t now)
{
	bool over = t->timeout_ms > 0 && now - t->began_ms >= t->timeout_ms;

	if (over && !source_heard(t->source)) {
		cli_say("no bus has answered yet");
		return EXIT_CONNECT;
	}
	if (t->idle_ms > 0 && now - t->matched_ms >= t->idle_ms)
		over = true;
	/* The bus ends at the first event after it; there may be none. */
	if (t->from.until > 0 && tail_now(t) >= t->from.until &&
	    source_heard(t->source) &&
	    source_place(t->source).seq >= source_head(t->source))
		over = true;
	return over ? end_code(t) : TAIL_GOES_ON;
}

static int
left_ms(const struct tail *t, int64_t now)
{
	int64_t left = SLICE_MS;

	if (t->timeout_ms > 0 && t->began_ms + t->timeout_ms - now < left)
		left = t->began_ms + t->timeout_ms - now;
	if (t->idle_ms > 0 && t->matched_ms + t->idle_ms - now < left)
		left = t->matched_ms + t->idle_ms - now;
	return left > 0 ? (int)left : 0;
}

static int
turn(struct tail *t)
{
	int64_t now = clock_mono_ms();
	struct tail_event ev;
	struct err e;
	int code;

	if (tail_stopped(t))
		return t->stopped_by == SIGINT ? EXIT_INTERRUPTED : EXIT_OK;
	code = take_time(t, now);
	if (code == TAIL_GOES_ON)
		code = take(t, source_next(t->source, left_ms(t, now), &ev, &e),
		    &ev, &e);
	if (code == TAIL_GOES_ON)
		code = tail_flush(t, false);
	if (code == TAIL_GOES_ON)
		code = tail_save_place(t, false);
	return code;
}

/* What was kept back goes out, and the place is written down. */
static int
leave(struct tail *t, int code)
{
	int late = TAIL_GOES_ON;

	if (code == TAIL_NOBODY_READS)
		return EXIT_OK;
	if (t->groups != NULL || t->rate.n > 0)
		late = tail_flush(t, true);
	if (late == TAIL_NOBODY_READS)
		return EXIT_OK;
	if (late == TAIL_GOES_ON)
		late = tail_save_place(t, true);
	return late == TAIL_GOES_ON ? code : late;
}

static int
run(struct tail *t)
{
	int code = TAIL_GOES_ON;
	struct err e;

	t->signals = signals_open();
	(void)signal(SIGPIPE, SIG_IGN);
	if (t->backlog > 0 && tail_backlog(t, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	if (source_open(&t->source, &t->from, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	if (t->verbose)
		tail_note(t, "%s", endpoint(t));
	t->began_ms = t->matched_ms = clock_mono_ms();
	while (code == TAIL_GOES_ON)
		code = turn(t);
	return leave(t, code);
}

static int
tail(int argc, char **argv, bool follow)
{
	struct tail t = { .shown = 0 };
	int code = tail_options(&t, argc, argv, follow);

	if (code == TAIL_GOES_ON) {
		buf_init(&t.out, LINE_ROOM);
		t.arena = arena_new(ARENA_ROOM);
		t.line.printer.arena = arena_new(ARENA_ROOM);
		code = run(&t);
	}
	source_close(&t.source);
	if (t.signals > 0)
		(void)close(t.signals);
	groups_free(&t.groups);
	names_close(&t.names);
	arena_free(&t.line.printer.arena);
	arena_free(&t.arena);
	buf_fini(&t.out);
	return code;
}

int
cmd_tail(int argc, char **argv)
{
	return tail(argc, argv, true);
}

int
cmd_events(int argc, char **argv)
{
	return tail(argc, argv, false);
}
