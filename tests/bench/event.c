#include "tests/bench/event.h"

#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/base/id.h"
#include "common/msg/envelope.h"
#include "tests/bench/report.h"

#include <stdio.h>
#include <stdlib.h>

#define CODES_MAX 400
#define BUNDLES_MAX ((size_t)64 * 1024)
#define ID_LEN (ID_TEXT - 1)
#define NUMBER_LEN 12

/* First column of a pack file: villages, or matters. */
struct codes {
	char code[CODES_MAX][24];
	size_t n;
};

struct events {
	struct codes villages;
	struct codes matters;
	size_t n;
	struct report {
		char *body;
		size_t len;
		size_t id_at;
		struct str division;
	} * reports;
};

static void
read_codes(struct codes *c, const char *path, size_t len)
{
	char line[4096];
	FILE *f = fopen(path, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		size_t n = strcspn(line, ",");

		if ((len == 0 ? c->n > 0 || strncmp(line, "code", 4) != 0
			      : n == len) &&
		    n < 24 && c->n < CODES_MAX)
			memcpy(c->code[c->n++], line, n);
	}
	if (f != NULL)
		(void)fclose(f);
	must(c->n > 0);
}

/* A report of what begins a bundle leads to more than one task. */
static void
leave_out(struct codes *c, const char *path)
{
	struct buf bundles;
	struct err e;
	size_t n = 0;

	buf_init(&bundles, BUNDLES_MAX + 1);
	if (file_read(path, BUNDLES_MAX, &bundles, &e) != RC_OK)
		die("pack", e.text);
	for (size_t i = 0; i < c->n; i++)
		if (str_search(buf_get(&bundles), str_of(c->code[i])) ==
		    bundles.n)
			memmove(c->code[n++], c->code[i], sizeof(c->code[i]));
	c->n = n;
	buf_fini(&bundles);
}

/* Twenty characters that no other report has. */
static struct str
words(uint64_t n, char text[64])
{
	uint64_t x = n * UINT64_C(0x9e3779b97f4a7c15) + 1;
	size_t at = 0;

	for (int i = 0; i < 20; i++) {
		unsigned rune;

		x = x * UINT64_C(6364136223846793005) +
		    UINT64_C(1442695040888963407);
		rune = 0x4e00 + (unsigned)(x >> 40) % 5000;
		text[at++] = (char)(0xe0 | rune >> 12);
		text[at++] = (char)(0x80 | (rune >> 6 & 0x3f));
		text[at++] = (char)(0x80 | (rune & 0x3f));
	}
	return (struct str){ text, at };
}

/*
 * Another village, matter and text each time, so that none is merged; from
 * somebody who was there, so that nobody has to look first.
 */
static void
make_report(const struct events *e, uint64_t n, struct report *out)
{
	char id[ID_TEXT], place[64], text[64];
	struct msg_report_submit m = { .channel = STR("inspection"),
		.summary = words(n, text) };
	struct msg_envelope env = { .specversion = STR("1.0"),
		.source = STR("/bench"),
		.type = STR("report.submit") };
	struct buf data, body;

	(void)snprintf(
	    place, sizeof(place), "%llu号监测点", (unsigned long long)n);
	m.place = str_of(place);
	m.matter = str_of(e->matters.code[n / e->villages.n % e->matters.n]);
	env.id = str_of(id_new(id));
	out->division = str_of(e->villages.code[n % e->villages.n]);
	env.division = out->division;
	buf_init(&data, ENVELOPE_MAX);
	buf_init(&body, ENVELOPE_MAX);
	msg_encode(&msg_report_submit_desc, &m, &data);
	env.data = buf_get(&data);
	envelope_encode(&env, &body);
	must(!body.failed);
	out->len = body.n;
	out->id_at = str_search(buf_get(&body), env.id);
	out->body = xmalloc(body.n);
	memcpy(out->body, body.p, body.n);
	buf_fini(&data);
	buf_fini(&body);
}

struct events *
events_new(size_t count, uint64_t first)
{
	struct events *e = xcalloc(1, sizeof(*e));

	read_codes(&e->villages, "deploy/packs/tonglu/divisions.csv", 12);
	read_codes(&e->matters, "deploy/packs/tonglu/matters.csv", 0);
	leave_out(&e->matters, "deploy/packs/tonglu/bundles.csv");
	e->n = count;
	e->reports = xcalloc(count, sizeof(*e->reports));
	for (size_t i = 0; i < count; i++)
		make_report(e, first + i, &e->reports[i]);
	return e;
}

void
events_free(struct events **ep)
{
	struct events *e = *ep;

	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		free(e->reports[i].body);
	free(e->reports);
	free(e);
	*ep = NULL;
}

static void
put_hex(char *to, size_t n, uint64_t value)
{
	while (n-- > 0) {
		to[n] = "0123456789abcdef"[value & 15];
		value >>= 4;
	}
}

/* "TTTTTTTT-TTTT-7rrr-rrrr-NNNNNNNNNNNN": time, as it was made, number. */
struct bench_event
events_take(struct events *e, uint64_t k, uint64_t n)
{
	struct report *r = &e->reports[k % e->n];
	uint64_t now = (uint64_t)clock_wall_ms();
	char *id = r->body + r->id_at;

	put_hex(id, 8, now >> 16);
	put_hex(id + 9, 4, now);
	put_hex(id + ID_LEN - NUMBER_LEN, NUMBER_LEN, n);
	return (struct bench_event){ n, { id, ID_LEN }, { r->body, r->len },
		r->division };
}

bool
event_number(struct str id, uint64_t *n)
{
	*n = 0;
	if (id.n != ID_LEN)
		return false;
	for (size_t i = ID_LEN - NUMBER_LEN; i < ID_LEN; i++) {
		char c = id.p[i];

		if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
			return false;
		*n = *n << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return true;
}
