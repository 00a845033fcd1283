/* huying publish: events from the command line or a file. */
#include "cli/publish.h"

#include "cli/when.h"
#include "common/base/clock.h"

#include <stdio.h>

#define GREETING_MS 5000
#define WAIT_MS 10000
#define FIELDS_MAX 64
#define SEALED_WORDS_MAX 8
#define RATE_MAX 1000000
/* The library gives an event up after 60 s. */
#define GIVE_UP_MS 70000
#define SLICE_MS 1000

static const char usage[] =
    "usage: huying publish TYPE [field=value...] [options]\n"
    "       huying publish --file FILE.jsonl [--rate N] [options]\n"
    "       huying publish --spool DIR\n\n"
    "Publishes one command, or each line of a file, and tells what became\n"
    "of it when it is safely in the journal.  Lists are written a|b|c, lists\n"
    "of records as JSON; schemas/published/catalogue.md has every TYPE.\n\n"
    "  --division CODE     where\n"
    "  --subject NUMBER    casefile; it follows from the fields\n"
    "  --source WORD       who says it; else HUYING_SOURCE, or /cli\n"
    "  --id ID             a repeat with the same id is the same event\n"
    "  --sealed FIELD=TEXT beside a report or a booking, for intake alone: "
    "name, phone,\n"
    "                      id_number, address, text; may be repeated\n"
    "  --wait-for PATTERN  then wait for a fact of this type that it caused,\n"
    "                      or, of a report, that its casefile came to; of a\n"
    "                      file one for each event that was stored\n"
    "  --timeout SPAN      how long, from the last answer of the bus on; 10s\n"
    "                      when left out; also for --spool\n"
    "  --file FILE         a line is a CloudEvent as JSON; a member\n"
    "                      \"sealedpart\" is sealed; - reads stdin\n"
    "  --rate N            events a second, at most\n"
    "  --json              outcomes as JSON, one a line\n"
    "  --spool DIR         keep events in DIR until the bus has answered,\n"
    "                      over restarts and while there is no bus; what is\n"
    "                      there goes out first, and alone when no event is\n"
    "                      given; DIR/refused tells what was refused\n"
    "  --db DSN            where the names for --wait-for are\n\n"
    "Exit codes: 0 all stored (or stored before, or safe in the spool), 1\n"
    "refused, or nothing came in time, 2 wrong usage, 3 no bus, or an\n"
    "outcome is unknown.\n\n"
    "  huying publish report.submit channel=hotline place=分水镇院士路 \\\n"
    "      --division 330122109 --sealed phone=10000000000 \\\n"
    "      --sealed text='路灯杆倾斜' --wait-for report.received\n"
    "  huying publish task.sign task=330122-26-0000417/T1 \\\n"
    "      unit=330122109-ZF officer=OF-109-0003\n"
    "  huying publish call.raise casefile=330122-26-0000417 \\\n"
    "      class=emergency main=330122-D-YJJ \\\n"
    "      assisting='330122-D-GAJ|330122-D-ZJJ' \\\n"
    "      reason=山火 unit=330122109-CMD\n"
    "  huying publish --file day.jsonl --rate 50 \\\n"
    "      --wait-for report.received --timeout 30s\n";

struct asked {
	const char *words[FIELDS_MAX + 1];
	const char *sealed[SEALED_WORDS_MAX];
	const char *division;
	const char *subject;
	const char *source;
	const char *id;
	const char *wait_for;
	const char *timeout;
	const char *file;
	const char *rate;
	const char *spool;
	const char *db;
	bool json;

	size_t n_words;
	int64_t timeout_ms;
	int64_t per_second;
};

static int
wrong(const char *what)
{
	cli_say("%s; huying publish --help tells more", what);
	return EXIT_USAGE;
}

static int
check(struct asked *a)
{
	if (a->n_words > 0 && a->file != NULL)
		return wrong("either a TYPE or --file");
	if (a->n_words == 0 && a->file == NULL && a->spool == NULL)
		return wrong("a TYPE, --file or --spool");
	if (a->file != NULL && (a->id != NULL || a->sealed[0] != NULL))
		return wrong("--id and --sealed are for one event");
	if (a->wait_for != NULL && a->n_words == 0 && a->file == NULL)
		return wrong("--wait-for goes with a TYPE or --file");
	if (a->file == NULL && a->rate != NULL)
		return wrong("--rate is for --file");
	if (a->rate != NULL &&
	    (!str_i64(str_of(a->rate), &a->per_second) || a->per_second <= 0 ||
		a->per_second > RATE_MAX))
		return wrong("--rate must be a whole number above 0");
	a->timeout_ms = WAIT_MS;
	if (a->timeout != NULL &&
	    !when_parse_span(str_of(a->timeout), &a->timeout_ms))
		return wrong("--timeout must be like 10s, 5m or 2h");
	return -1;
}

static int
parse(struct asked *a, int argc, char **argv)
{
	const struct option_row single[] = {
		{ "--division", &a->division, NULL },
		{ "--subject", &a->subject, NULL },
		{ "--source", &a->source, NULL },
		{ "--id", &a->id, NULL },
		{ "--wait-for", &a->wait_for, NULL },
		{ "--timeout", &a->timeout, NULL },
		{ "--file", &a->file, NULL },
		{ "--rate", &a->rate, NULL },
		{ "--spool", &a->spool, NULL },
		{ "--db", &a->db, NULL },
		{ "--json", NULL, &a->json },
	};
	struct option_row rows[ARRAY_LEN(single) + SEALED_WORDS_MAX];
	struct options o = { .usage = usage,
		.rows = rows,
		.n_rows = ARRAY_LEN(rows),
		.words = a->words,
		.words_max = ARRAY_LEN(a->words) };
	int code;

	for (size_t i = 0; i < ARRAY_LEN(single); i++)
		rows[i] = single[i];
	for (size_t i = 0; i < SEALED_WORDS_MAX; i++)
		rows[ARRAY_LEN(single) + i] =
		    (struct option_row){ "--sealed", &a->sealed[i], NULL };
	code = options_parse(&o, argc, argv, &a->n_words);
	return code < 0 ? check(a) : code;
}

static int
code_of(const struct tally *t)
{
	return t->unknown > 0   ? EXIT_CONNECT
	       : t->refused > 0 ? EXIT_NOTHING
				: EXIT_OK;
}

/*
 * Outcomes of event N and, from the spool, of others, until N has its own
 * (0: until all have), or for TIMEOUT_MS.
 */
static int
await(struct huying_publisher *p, int64_t n, int64_t timeout_ms,
    struct tally *t, struct awaited *w)
{
	int64_t until = clock_mono_ms() + timeout_ms, left;
	const struct huying_outcome *o;
	struct huying_error e;
	enum huying_code code;

	while (huying_unanswered(p) > 0) {
		left = until - clock_mono_ms();
		code = huying_poll(p,
		    left <= 0         ? 0
		    : left < SLICE_MS ? (int)left
				      : SLICE_MS,
		    &o, &e);
		if (code == HUYING_OK) {
			publish_tell(t, o, 0);
			if (o->number == n) {
				awaited_add(w, o);
				return code_of(t);
			}
		} else if (code != HUYING_NOTHING) {
			cli_say("%s", e.text);
			return EXIT_CONNECT;
		} else if (left <= 0) {
			cli_say("%s", e.text);
			return EXIT_OK;
		}
	}
	return code_of(t);
}

/* One event, its outcome told, and awaited what it leads to. */
static int
send_one(struct huying_publisher *p, const struct asked *a,
    const struct parcel_out *out, struct tally *t, struct awaited *w)
{
	int64_t most = a->spool != NULL ? a->timeout_ms : GIVE_UP_MS, n;
	struct huying_error e;
	enum huying_code rc;
	int code;

	rc = huying_publish_msgpack(p, out->envelope.p, out->envelope.n,
	    out->with_person ? &out->person : NULL, &n, &e);
	if (rc == HUYING_OK)
		rc = huying_sync(p, &e);
	if (rc != HUYING_OK) {
		cli_say("%s", e.text);
		return rc == HUYING_INVALID ? EXIT_USAGE : EXIT_CONNECT;
	}
	code = await(p, n, most, t, w);
	if (w->first > 0 || t->refused + t->unknown > 0)
		return code;
	if (a->spool == NULL) {
		cli_say("publish it again with --id %s", out->id);
		return EXIT_CONNECT;
	}
	publish_tell_spooled(t, out->id, out->type);
	return code;
}

static int
publish_words(struct huying_publisher *p, struct asked *a, struct tally *t,
    struct awaited *awaited)
{
	const struct wanted w = { .type = a->words[0],
		.fields = a->words + 1,
		.n_fields = a->n_words - 1,
		.sealed = a->sealed,
		.n_sealed = SEALED_WORDS_MAX,
		.id = a->id,
		.source = a->source,
		.subject = a->subject,
		.division = a->division };
	struct parcel_out out;
	struct err e;
	int code = EXIT_USAGE;

	parcel_out_init(&out);
	if (publish_build(&w, &out, &e) == RC_OK)
		code = send_one(p, a, &out, t, awaited);
	else
		cli_say("%s", e.text);
	parcel_out_fini(&out);
	return code;
}

/* What an earlier run has left in the spool. */
static int
publish_rest(struct huying_publisher *p, const struct asked *a, struct tally *t,
    struct awaited *w)
{
	int code = await(p, 0, a->timeout_ms, t, w);

	t->spooled = huying_unanswered(p);
	(void)publish_sum_up(t);
	return code;
}

static int
publish(struct huying_publisher *p, struct asked *a, struct tally *t,
    struct awaited *w)
{
	if (a->file != NULL)
		return publish_file(p, a->file, a->per_second,
		    a->spool != NULL ? a->timeout_ms : 0, t, w);
	return a->n_words > 0 ? publish_words(p, a, t, w)
			      : publish_rest(p, a, t, w);
}

static int
open_and_publish(struct asked *a, const struct conf *conf)
{
	struct tally tally = { .began_ms = clock_mono_ms(), .json = a->json };
	struct huying_publisher_options o = { .size = sizeof(o),
		.name = "huying",
		.spool = a->spool,
		.timeout_ms = GREETING_MS };
	struct awaited w = { .pattern = a->wait_for,
		.timeout_ms = a->timeout_ms,
		.json = a->json };
	struct huying_publisher *p;
	struct huying_error e;
	int code, waited;

	/* There a bus need not be there. */
	if (a->spool != NULL && a->timeout_ms < o.timeout_ms)
		o.timeout_ms = a->timeout_ms > 0 ? (int)a->timeout_ms : -1;
	if (huying_publisher_open(&p, &o, &e) != HUYING_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	code = publish(p, a, &tally, &w);
	huying_publisher_close(&p);
	if (w.n > 0 && code != EXIT_CONNECT) {
		waited = publish_wait(conf, a->db, &w);
		code = waited != EXIT_OK ? waited : code;
	}
	awaited_fini(&w);
	return code;
}

int
cmd_publish(int argc, char **argv)
{
	struct asked a = { .json = false };
	struct conf conf;
	int code = parse(&a, argc, argv);

	if (code < 0)
		code = cli_conf(&conf);
	if (code >= 0)
		return code;
	if (a.source == NULL)
		a.source = conf.source;
	return open_and_publish(&a, &conf);
}
