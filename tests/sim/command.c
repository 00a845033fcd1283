#include "tests/sim/command.h"

#include "common/base/id.h"
#include "common/db/db.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *type;
	const char *fields;
} templates[] = {
#define COMMAND(type, fields) { type, fields },
#include "tests/sim/commands.def"
#undef COMMAND
};

/* So many of the first rows of a table get most of what is sent. */
#define FOCUS 6

/* Everything of one command under way. */
struct draft {
	struct world *w;
	struct arena *arena;
	const struct table *table; /* of the thing; NULL: none */
	const struct version *row;
	const struct msg_desc *desc;
	void *msg;
	struct str subject;
	struct str division;
	struct str sealed; /* plain text of the part beside it */
};

static uint64_t throw(struct draft * d, uint64_t n)
{
	return dice_below(&d->w->body, n);
}

/* One of the pieces between "~". */
static struct str
one_of(struct draft *d, struct str text)
{
	struct str rest = text, piece = { text.p, 0 };
	size_t n = 1;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '~';
	for (n = 1 + throw(d, n); n > 0; n--) {
		size_t end = str_find(rest, '~');

		piece = str_cut(rest, 0, end);
		rest = str_cut(rest, end < rest.n ? end + 1 : end, rest.n);
	}
	return piece;
}

/* What the row of the thing has in column NAME, as text. */
static struct str
of_row(struct draft *d, struct str name)
{
	int c = d->table != NULL ? table_column(d->table, name) : -1;
	struct str cell;

	if (c < 0 || d->row->cell[c].p == NULL)
		return (struct str){ "", 0 };
	cell = d->row->cell[c];
	if (d->table->columns[c].type == CELL_I64)
		return arena_printf(
		    d->arena, "%lld", (long long)cell_i64(cell));
	must(d->table->columns[c].type == CELL_TEXT);
	return arena_str(d->arena, cell);
}

static struct str
some_hash(struct draft *d)
{
	unsigned char hash[HASH_LEN];
	char hex[HASH_TEXT];
	uint64_t n = throw(d, 1000);

	id_hash((struct str){ (const char *)&n, sizeof(n) }, hash);
	return arena_str(d->arena, str_of(id_hex(hash, hex)));
}

static void
set(struct draft *d, const char *name, struct str value)
{
	const struct msg_field *f = msg_field(d->desc, str_of(name));
	struct err e;

	must(f != NULL);
	if (value.n > 0 &&
	    msg_set_text(f, d->msg, value, d->arena, &e) != RC_OK) {
		(void)fprintf(
		    stderr, "%s.%s: %s\n", d->desc->type, name, e.text);
		never("a template that its field does not take");
	}
}

static void
fill(struct draft *d, struct str rest)
{
	struct str one;

	while (rest.n > 0 && str_next(&rest, ';', &one)) {
		struct str value;
		size_t eq;
		char name[32];

		while (one.n > 0 && one.p[0] == ' ')
			one = str_cut(one, 1, one.n);
		eq = str_find(one, '=');
		must(eq < one.n && eq < sizeof(name));
		memcpy(name, one.p, eq);
		name[eq] = '\0';
		value = one_of(d, str_cut(one, eq + 1, one.n));
		if (value.n > 0 && value.p[0] == '@')
			value = of_row(d, str_cut(value, 1, value.n));
		else if (str_is(value, "#"))
			value = some_hash(d);
		set(d, name, value);
	}
}

static const char *
template_of(const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(templates); i++)
		if (strcmp(templates[i].type, type) == 0)
			return templates[i].fields;
	never("a command without a template");
}

static void
begin(struct draft *d, const struct msg_desc *desc)
{
	d->desc = desc;
	d->msg = arena_alloc(d->arena, desc->size);
	must(d->msg != NULL);
}

/* A report: of words that match each other, now and then. */
static void
report(struct draft *d)
{
	static const char *const texts[] = {
		"水沟堵了，水漫到路上，村口的桥边很臭",
		"村口桥边的水沟又堵了，水漫到路上",
		"路灯不亮，晚上看不见",
		"隔壁装修到半夜，吵得睡不着",
		"有人在河边倒垃圾，好几天没有清",
		"邻居占了我家的地，谈不拢",
		"厂里的烟味道很大，窗都不敢开",
	};
	static const char *const phones = "10000000000~10000000001~10000000002";
	struct msg_sealed_report part = { .name = STR("测试人") };
	struct buf plain;

	begin(d, &msg_report_submit_desc);
	d->division = one_of(
	    d, STR("330122109219~330122109219~330122109~330122102~330122"));
	fill(d, STR("channel=hotline~grid~app~sensor~visit~inspection~agency; "
		    "reporter=~citizen~anonymous; place=村口~桥边~河边; "
		    "matter=~~EN-010~EN-005~EN-015~CA-003~CA-003~DP-001~"
		    "DP-001~CA-001~EN-010~XX-999; urgent=~~yes; "
		    "lat=~29.93~29.9301; visit=~~~HF-1; "
		    "officer=~~OF-GW-0323"));
	if (((struct msg_report_submit *)d->msg)->lat > 0)
		set(d, "lon", STR("119.45"));
	if (((struct msg_report_submit *)d->msg)->officer.n > 0)
		set(d, "unit", STR("330122109219-V"));
	set(d, "summary", str_of(texts[throw(d, ARRAY_LEN(texts))]));
	if (throw(d, 3) == 0)
		return;
	part.phone = one_of(d, str_of(phones));
	part.text = str_of(texts[throw(d, ARRAY_LEN(texts))]);
	buf_init(&plain, 4096);
	msg_encode(&msg_sealed_report_desc, &part, &plain);
	d->sealed = arena_str(d->arena, buf_get(&plain));
	buf_fini(&plain);
}

/* The number that an id begins with. */
static struct str
casefile_of(struct str id)
{
	return str_cut(id, 0, str_find(id, '/'));
}

static void
about(struct draft *d, const struct msg_desc *desc, struct str id)
{
	begin(d, desc);
	fill(d, str_of(template_of(desc->type)));
	set(d, desc->fields[0].name, id);
	d->subject = casefile_of(id);
}

/* The events about CASEFILE that its slot of SERVICE has not come to yet. */
static bool
is_behind(const struct world *w, size_t service, struct str casefile)
{
	const struct journal *j = &w->store.journal;
	struct num slot = num_of(journal_slot(casefile, 0));
	struct str key[] = { str_of(services[service]->name), CELL_NUM(slot) };
	const struct spot *s = table_find(&w->store.fixed[TABLE_cursor], key);
	int64_t seq;

	must(s != NULL && s->now != NULL);
	seq = cell_i64(s->now->cell[COL_cursor_seq]);
	for (size_t i = j->n; i-- > 0 && j->v[i]->seq > seq;)
		if (str_eq(j->v[i]->subject, casefile))
			return true;
	return false;
}

/*
 * A row that everybody sees.  Mostly of one of the first casefiles, so that
 * something becomes of them, and of one that nobody works on just now.
 */
static bool
some_row(struct draft *d, const struct machine **m, size_t *thing)
{
	size_t service = throw(d, SERVICES), n;

	*m = services[service]->machine;
	*thing = throw(d, (*m)->n_things);
	d->table =
	    store_table(&d->w->store, str_of((*m)->things[*thing].row->type));
	n = d->table->n_spots;
	if (n == 0)
		return false;
	if (n > FOCUS && throw(d, 8) > 0)
		n = FOCUS;
	d->row = d->table->spots[throw(d, n)]->now;
	return d->row != NULL && (throw(d, 10) == 0 || !is_behind(d->w, service,
							   d->row->cell[1]));
}

/* Does MV of MACHINE's table move THING, as ROW stands, on a command? */
static bool
is_way(const struct machine *m, const struct move *mv, size_t thing,
    const struct version *row)
{
	int state = thing_state(&m->things[thing], row->cell[3]);
	bool sheet = str_eq(row->cell[0], row->cell[1]);

	if (mv->on->kind != MSG_COMMAND)
		return false;
	if (mv->aim == AIM_NEW)
		return sheet && mv->on->fields[0].format.look == LOOK_CASEFILE;
	return mv->aim == AIM_ID && (size_t)mv->thing == thing &&
	       (mv->from & IN(state)) != 0;
}

/* What ends a thing early is rarely wanted. */
static bool
is_wanted(struct draft *d, const struct msg_desc *desc)
{
	static const char *const rare[] = { "penalty.end", "mediation.decline",
		"mediation.fail", "call.cancel", "casefile.raise", "call.raise",
		"report.refuse", "return.ask", "penalty.file",
		"mediation.apply", "penalty.transfer", "jurisdiction.ask",
		"penalty.decide", "penalty.add_evidence", "mediation.climb",
		"review.return", "call.leave", "call.refuse", "casefile.close",
		"casefile.reject", "casefile.terminate", "casefile.merge",
		"casefile.lower", "task.reject" };

	for (size_t i = 0; i < ARRAY_LEN(rare); i++)
		if (strcmp(rare[i], desc->type) == 0)
			return throw(d, 4) == 0;
	return true;
}

/* A command that the states allow. */
static bool
fitting(struct draft *d)
{
	const struct machine *m;
	const struct move *ways[64];
	const struct msg_desc *desc;
	size_t thing, n = 0;

	if (!some_row(d, &m, &thing))
		return false;
	for (size_t i = 0; i < m->n_moves && n < ARRAY_LEN(ways); i++)
		if (is_way(m, &m->moves[i], thing, d->row))
			ways[n++] = &m->moves[i];
	if (n == 0)
		return false;
	desc = ways[throw(d, n)]->on;
	if (!is_wanted(d, desc))
		return false;
	d->division = arena_str(d->arena, d->row->cell[2]);
	about(d, desc, arena_str(d->arena, d->row->cell[0]));
	return true;
}

/* Any command to any thing. */
static bool
unfit(struct draft *d)
{
	const struct machine *m;
	const struct msg_desc *desc;
	size_t thing;

	if (!some_row(d, &m, &thing))
		return false;
	desc = msg_find(str_of(templates[throw(d, ARRAY_LEN(templates))].type));
	must(desc != NULL);
	d->division = arena_str(d->arena, d->row->cell[2]);
	/* Another thing's fields make no sense here. */
	d->table = NULL;
	about(d, desc,
	    throw(d, 3) > 0 ? arena_str(d->arena, d->row->cell[0])
			    : STR("330122-26-9999999"));
	return true;
}

static void
publish_score(struct draft *d)
{
	begin(d, &msg_score_publish_desc);
	d->division = STR("330122");
	fill(d, STR("period=2026-03~2026-04~2026-04~2026-13; "
		    "unit=330122-GLZX~330122109-CMD"));
}

static void
book(struct draft *d)
{
	begin(d, &msg_booking_book_desc);
	d->division = STR("330122");
	fill(d, STR("room=330122-LDR~330122-LDR~330122-GLZX; "
		    "channel=site~phone~web; "
		    "at=2026-03-19T10:00+08:00~2026-03-20T10:00+08:00~"
		    "2026-03-23T20:00+08:00; unit=330122-GLZX"));
}

/* What a later version, or none, would have sent. */
static bool
garbage(struct draft *d)
{
	const struct machine *m;
	size_t thing;

	if (!chaos_strikes(FAULT_garbage) || !some_row(d, &m, &thing))
		return false;
	d->desc =
	    msg_find(str_of(templates[throw(d, ARRAY_LEN(templates))].type));
	d->msg = NULL;
	d->division = arena_str(d->arena, d->row->cell[2]);
	d->subject = arena_str(d->arena, d->row->cell[1]);
	return true;
}

/* False: there is nothing to say just now. */
static bool
choose(struct draft *d, size_t n)
{
	bool few = d->w->n_reports < 4 + n / 12;

	if (garbage(d))
		return true;
	if (throw(d, 60) == 0) {
		publish_score(d);
		return true;
	}
	if (throw(d, 60) == 0) {
		book(d);
		return true;
	}
	for (int tries = 0; tries < 60 && !(few && throw(d, 3) == 0); tries++)
		if (throw(d, 40) > 0 ? fitting(d) : unfit(d))
			return true;
	d->table = NULL;
	if (!few)
		return false;
	report(d);
	d->w->n_reports++;
	return true;
}

static struct letter *
letter_new(const struct letter *like)
{
	const struct str from[] = { like->source, like->subject, like->division,
		like->digest, like->envelope, like->box, like->box_digest };
	size_t len = 0;
	struct letter *l;
	char *at;

	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		len += from[i].n;
	l = xmalloc(sizeof(*l) + len + 1);
	*l = *like;
	at = l->bytes;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct str *const to[] = { &l->source, &l->subject,
			&l->division, &l->digest, &l->envelope, &l->box,
			&l->box_digest };

		if (from[i].n > 0)
			memcpy(at, from[i].p, from[i].n);
		*to[i] =
		    (struct str){ from[i].p != NULL ? at : NULL, from[i].n };
		at += from[i].n;
	}
	return l;
}

static struct str
seal(struct draft *d)
{
	unsigned char secret[crypto_box_SECRETKEYBYTES];
	unsigned char public[crypto_box_PUBLICKEYBYTES];
	size_t n = d->sealed.n + crypto_box_SEALBYTES;
	unsigned char *box = arena_alloc(d->arena, n);

	must(box != NULL);
	memset(secret, 0x11, sizeof(secret)); /* as host.c has it in a file */
	must(crypto_scalarmult_base(public, secret) == 0);
	must(crypto_box_seal(box, (const unsigned char *)d->sealed.p,
		 d->sealed.n, public) == 0);
	/* One that does not open. */
	if (throw(d, 40) == 0)
		box[n - 1] ^= 1;
	return (struct str){ (const char *)box, n };
}

/* The envelope as the bus would have made it canonical. */
static struct letter *
post(struct draft *d, const char *id)
{
	struct letter like = { .desc = d->desc,
		.source = STR("/sim/people"),
		.division = d->division };
	unsigned char hash[HASH_LEN], box_hash[HASH_LEN];
	struct msg_envelope env = { .specversion = STR("1.0"),
		.source = like.source,
		.type = str_of(d->desc->type),
		.subject = d->subject,
		.division = d->division };
	char hex[HASH_TEXT];
	struct buf data, body;
	struct letter *l;

	(void)snprintf(like.id, sizeof(like.id), "%s", id);
	env.id = str_of(like.id);
	env.time = (d->w->store.now_us / 1000 - (int64_t) throw(d, 100000)) /
		   1000 * 1000;
	buf_init(&data, 65536);
	buf_init(&body, 65536);
	if (d->msg != NULL)
		msg_encode(d->desc, d->msg, &data);
	env.data = data.n > 0 ? buf_get(&data) : STR("\x80");
	envelope_encode(&env, &body);
	id_hash(buf_get(&body), hash); /* without its sealed part */
	like.digest = (struct str){ (const char *)hash, sizeof(hash) };
	if (d->sealed.n > 0) {
		like.box = seal(d);
		id_hash(like.box, box_hash);
		like.box_digest =
		    (struct str){ (const char *)box_hash, sizeof(box_hash) };
		env.sealed = str_of(id_hex(box_hash, hex));
		buf_reset(&body);
		envelope_encode(&env, &body);
	}
	must(!body.failed && !data.failed);
	like.envelope = buf_get(&body);
	if (d->subject.n > 0)
		like.subject = d->subject;
	l = letter_new(&like);
	buf_fini(&data);
	buf_fini(&body);
	return l;
}

struct letter *
command_new(struct world *w, size_t n)
{
	struct draft d = { .w = w, .arena = arena_new((size_t)1 << 24) };
	char id[48];
	struct letter *l = NULL;

	(void)snprintf(id, sizeof(id), "letter-%zu", n);
	/* The bus takes nothing else. */
	if (choose(&d, n) && (d.msg == NULL || msg_check(d.desc, d.msg,
						   MSG_STRICT, NULL) == RC_OK))
		l = post(&d, id);
	arena_free(&d.arena);
	return l;
}

struct letter *
command_again(const struct letter *l, const char *id)
{
	struct letter like = *l;
	struct msg_envelope env;
	struct buf body;
	struct letter *again;

	must(envelope_decode(l->envelope, MSG_LENIENT, &env, NULL) == RC_OK);
	(void)snprintf(like.id, sizeof(like.id), "%s", id);
	env.id = str_of(like.id);
	buf_init(&body, 65536);
	envelope_encode(&env, &body);
	like.envelope = buf_get(&body);
	again = letter_new(&like);
	buf_fini(&body);
	return again;
}
