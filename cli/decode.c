/* huying decode: what bytes of the bus, of a client or of a spool say. */
#include "cli/cli.h"

#include "cli/json_out.h"
#include "common/bus/segment.h"
#include "common/msg/envelope.h"
#include "common/msg/wire.h"
#include "include/huying.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define INPUT_MAX ((size_t)64 << 20)
#define JSON_ROOM ((size_t)1 << 20)
#define PART_BYTES 65536

static const char usage[] =
    "usage: huying decode [FILE] [-o json]\n"
    "\n"
    "Shows what bytes say: one msgpack map or several, one behind the other,\n"
    "as they go over the wire, as hex digits (with blanks or without) or as\n"
    "base64; from FILE or stdin.  FILE may be the directory of a spool, too:\n"
    "every event in it.  Events are shown as CloudEvents JSON, what is wrong\n"
    "with them on stderr, as the bus would say it; other maps as they are.\n"
    "\n"
    "  -o json   one line each; also --json\n"
    "\n"
    "Exit codes: 0 all sound, 1 something is wrong with them, 2 wrong usage,\n"
    "3 cannot read FILE.\n"
    "\n"
    "  huying decode event.msgpack\n"
    "  echo 82a26964a378... | huying decode\n"
    "  huying decode /var/spool/hotline\n";

struct decoder {
	bool json;
	int64_t n;     /* shown so far */
	int64_t wrong; /* of these */
	char *text;    /* JSON_ROOM */
};

static void
put(const struct decoder *d, struct str json)
{
	struct buf out;

	buf_init(&out, 16 * JSON_ROOM);
	if (d->json)
		buf_str(&out, json);
	else
		json_out_indent(&out, json);
	if (out.n > 0 && out.p[out.n - 1] != '\n')
		buf_char(&out, '\n');
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
}

static void
complain(struct decoder *d, const struct faults *f)
{
	d->wrong++;
	cli_say("%lld: %s: %.*s", (long long)d->n, f->code,
	    STR_ARG(buf_get(&f->text)));
}

/* An event as its definition wants it, said as the bus would. */
static void
judge(struct decoder *d, struct str bytes)
{
	struct arena *arena = arena_new((size_t)16 << 20);
	struct msg_envelope env;
	const struct msg_desc *desc;
	struct faults f;
	void *msg;

	faults_init(&f);
	if (envelope_decode(bytes, MSG_STRICT, &env, &f) == RC_OK) {
		desc = msg_find(env.type);
		if (desc == NULL) {
			faults_add(&f, "UNKNOWN_TYPE", STR("type"),
			    "no such message; see huying schema ls");
		} else {
			msg = arena_alloc(arena, desc->size);
			must(msg != NULL);
			(void)!msg_decode(
			    desc, env.data, MSG_STRICT, msg, arena, &f);
		}
	}
	if (f.n > 0)
		complain(d, &f);
	faults_fini(&f);
	arena_free(&arena);
}

/* One sound map. */
static void
show(struct decoder *d, struct str map)
{
	struct buf out;
	size_t n;

	d->n++;
	if (wire_find(map, STR("specversion")).n == 0 &&
	    wire_find(map, STR("type")).n == 0) {
		buf_init(&out, JSON_ROOM);
		wire_json(map, &out);
		put(d, buf_get(&out));
		buf_fini(&out);
		return;
	}
	if (huying_decode(map.p, map.n, d->text, JSON_ROOM, &n, NULL) ==
	    HUYING_OK) {
		put(d, (struct str){ d->text, n });
	} else {
		buf_init(&out, JSON_ROOM);
		wire_json(map, &out);
		put(d, buf_get(&out));
		buf_fini(&out);
	}
	judge(d, map);
}

/* Maps, one behind the other. */
static void
show_all(struct decoder *d, struct str bytes)
{
	while (bytes.n > 0) {
		struct wire_fault fault;
		struct str map = bytes;

		if (!wire_check(bytes, &fault) &&
		    strcmp(fault.code, "TRAILING_BYTES") == 0)
			map = str_cut(bytes, 0, fault.offset);
		if (map.n == 0 || !wire_check(map, &fault)) {
			d->n++;
			d->wrong++;
			cli_say("%lld: %s: %s (byte %zu%s%.*s)",
			    (long long)d->n, fault.code, wire_words(fault.code),
			    fault.offset, fault.key.n > 0 ? ", at " : "",
			    STR_ARG(fault.key));
			return;
		}
		show(d, map);
		bytes = str_cut(bytes, map.n, bytes.n);
	}
}

/* Digits of hex or base64 become the bytes that they stand for. */
static bool
from_text(struct str text, unsigned char *out, size_t cap, size_t *n)
{
	static const int variants[] = { sodium_base64_VARIANT_ORIGINAL,
		sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
		sodium_base64_VARIANT_URLSAFE,
		sodium_base64_VARIANT_URLSAFE_NO_PADDING };
	static const char blanks[] = " \t\r\n";
	const char *end = NULL;

	if (sodium_hex2bin(out, cap, text.p, text.n, blanks, n, &end) == 0 &&
	    end == text.p + text.n)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(variants); i++)
		if (sodium_base642bin(out, cap, text.p, text.n, blanks, n, &end,
			variants[i]) == 0 &&
		    end == text.p + text.n)
			return true;
	return false;
}

static void
show_input(struct decoder *d, struct str input)
{
	unsigned char *bytes = xmalloc(input.n + 1);
	size_t n;

	/* A map begins with a byte that no text begins with. */
	if (input.n > 0 && (unsigned char)input.p[0] < 0x80 &&
	    from_text(input, bytes, input.n + 1, &n))
		show_all(d, (struct str){ (const char *)bytes, n });
	else
		show_all(d, input);
	free(bytes);
}

/* Every event of one file of a spool; *SETTLED: those that were answered. */
static enum rc
show_piece(struct decoder *d, int dir, const char *name, int64_t *settled,
    struct err *e)
{
	int64_t at = SEGMENT_START, skipped = 0;
	struct segment_record r;
	struct segment s;
	enum rc rc;

	TRY(segment_open(&s, dir, name, e));
	while ((rc = segment_read(&s, &at, s.size, &r, &skipped, e)) == RC_OK) {
		*settled += r.type == SEGMENT_SETTLED;
		if (r.type == SEGMENT_EVENT)
			show_all(d, r.envelope);
	}
	segment_close(&s);
	if (skipped > 0)
		cli_say("%s: %lld bytes are damaged", name, (long long)skipped);
	d->wrong += skipped > 0;
	return rc == RC_GONE ? RC_OK : rc;
}

static int
is_piece(const struct dirent *f)
{
	return strncmp(f->d_name, "events-", 7) == 0;
}

static int
show_spool(struct decoder *d, const char *path)
{
	struct dirent **pieces = NULL;
	int64_t settled = 0;
	struct err e;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int n = scandir(path, &pieces, is_piece, versionsort);
	enum rc rc = RC_OK;

	if (fd < 0 || n < 0) {
		cli_say("%s: %s", path, strerror(errno));
		rc = RC_FATAL;
	}
	for (int i = 0; i < n; i++) {
		if (rc == RC_OK) {
			rc = show_piece(d, fd, pieces[i]->d_name, &settled, &e);
			if (rc != RC_OK)
				cli_say("%s", e.text);
		}
		free(pieces[i]);
	}
	free(pieces);
	if (fd >= 0)
		(void)close(fd);
	if (rc != RC_OK)
		return EXIT_CONNECT;
	cli_say("%lld events, %lld of them answered for good", (long long)d->n,
	    (long long)settled);
	return d->wrong > 0 ? EXIT_NOTHING : EXIT_OK;
}

static bool
read_input(const char *path, struct buf *in)
{
	FILE *f =
	    path != NULL && strcmp(path, "-") != 0 ? fopen(path, "r") : stdin;
	char part[PART_BYTES];
	size_t n;
	bool ok;

	if (f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return false;
	}
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(in, part, n);
	ok = ferror(f) == 0 && !in->failed;
	if (f != stdin)
		(void)fclose(f);
	if (!ok)
		cli_say("cannot be read, or is longer than 64 MiB");
	return ok;
}

static int
decode(struct decoder *d, const char *path)
{
	struct stat st;
	struct buf in;
	int code = EXIT_CONNECT;

	if (path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return show_spool(d, path);
	buf_init(&in, INPUT_MAX);
	if (read_input(path, &in)) {
		show_input(d, buf_get(&in));
		if (d->n == 0)
			cli_say("there is nothing");
		code = d->wrong > 0 || d->n == 0 ? EXIT_NOTHING : EXIT_OK;
	}
	buf_fini(&in);
	return code;
}

int
cmd_decode(int argc, char **argv)
{
	struct decoder d = { .n = 0 };
	const char *format = NULL, *words[1] = { NULL };
	const struct option_row rows[] = { { "-o", &format, NULL },
		{ "--json", NULL, &d.json } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 1 };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &d.json)) >= 0)
		return code;
	d.text = xmalloc(JSON_ROOM);
	code = decode(&d, words[0]);
	free(d.text);
	return code;
}
