/* What an event leads to: the first fact of a kind with its correlation. */
#include "cli/publish.h"

#include "cli/names.h"
#include "cli/print.h"
#include "common/bus/log.h"

#include <fnmatch.h>
#include <stdio.h>

#define LINE_ROOM ((size_t)1 << 20)
#define SLICE_MS 1000

static bool
is_caused(const struct awaited *a, const struct msg_envelope *env)
{
	return str_is(env->correlationid, a->id) ||
	       str_is(env->causationid, a->id);
}

static bool
is_awaited(const struct awaited *a, const struct msg_envelope *env)
{
	char type[OUTCOME_TYPE];

	(void)snprintf(type, sizeof(type), "%.*s", STR_ARG(env->type));
	return fnmatch(a->pattern, type, 0) == 0;
}

static void
show(const struct conf *c, const char *dsn, const struct awaited *a,
    const struct msg_envelope *env, const struct log_event *ev)
{
	struct printer p = { .colour = cli_colour("auto") };
	struct names names = { .db = NULL };
	struct buf line;

	buf_init(&line, LINE_ROOM);
	if (a->json) {
		envelope_json(env, ev->seq, ev->at, &line);
		buf_char(&line, '\n');
	} else {
		names_open(&names, dsn != NULL ? dsn : c->db, true);
		p.registry = names.registry;
		p.arena = arena_new(LINE_ROOM);
		p.day = clock_day(ev->at);
		print_event(&p, env, ev->at, &line);
		arena_free(&p.arena);
		names_close(&names);
	}
	(void)fwrite(line.p, 1, line.n, stdout);
	(void)fflush(stdout);
	buf_fini(&line);
}

/* Exit code, or -1 to go on. */
static int
take(const struct conf *c, const char *dsn, const struct awaited *a,
    const struct log_event *ev)
{
	struct msg_envelope env;
	bool refused;

	if (envelope_decode(ev->envelope, MSG_LENIENT, &env, NULL) != RC_OK ||
	    !is_caused(a, &env))
		return -1;
	refused = str_is(env.type, msg_command_refused_desc.type) &&
		  str_is(env.causationid, a->id);
	if (!refused && !is_awaited(a, &env))
		return -1;
	show(c, dsn, a, &env, ev);
	return is_awaited(a, &env) ? EXIT_OK : EXIT_NOTHING;
}

static int
wait_on(struct log_reader *r, const struct conf *c, const char *dsn,
    const struct awaited *a)
{
	int64_t until = clock_mono_ms() + a->timeout_ms;
	struct log_event ev;
	struct err e;
	int code = -1;

	while (code < 0) {
		int64_t left = until - clock_mono_ms();
		enum rc rc;

		if (left <= 0) {
			cli_say("no %s came in time", a->pattern);
			return EXIT_NOTHING;
		}
		rc = log_next(
		    r, left < SLICE_MS ? (int)left : SLICE_MS, &ev, &e);
		if (rc == RC_OK)
			code = take(c, dsn, a, &ev);
		else if (rc == RC_REJECT || rc == RC_FATAL)
			break;
	}
	if (code < 0)
		cli_say("%s", e.text);
	return code < 0 ? EXIT_CONNECT : code;
}

int
publish_wait(const struct conf *c, const char *dsn, const struct awaited *a)
{
	const struct log_options o = { .from_seq = a->seq + 1, .follow = true };
	struct log_reader *r = NULL;
	struct err e;
	int code = EXIT_CONNECT;

	if (log_open(&r, c->log, &o, &e) == RC_OK)
		code = wait_on(r, c, dsn, a);
	else
		cli_say("%s", e.text);
	log_reader_close(&r);
	return code;
}
