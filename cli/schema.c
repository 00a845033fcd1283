/* huying schema: the vocabulary, for people, for programs, as documents. */
#include "cli/schema.h"

#include "cli/schemas.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)4 << 20)
#define PUBLISHED "schemas/published"
#define PATTERNS_MAX 16

static const char usage[] =
    "usage: huying schema ls [PATTERN...] [--commands | --facts] [-o json]\n"
    "       huying schema show TYPE [-o json]\n"
    "       huying schema check FILE [-o json]\n"
    "       huying schema print [DIR]\n"
    "\n"
    "  ls      every message in a line: a command asks for something and\n"
    "          may be published, a fact says what happened.  PATTERN is a\n"
    "          noun, or a type with * in it\n"
    "  show    one message, field by field; with -o json its JSON Schema\n"
    "  check   each line of FILE (- reads stdin), an event as JSON as for\n"
    "          huying publish --file or of huying tail -o json, against the\n"
    "          definitions: every fault by line and field\n"
    "  print   into DIR (schemas/published when left out): a JSON Schema for\n"
    "          each message and for the envelope and the sealed part around\n"
    "          it, asyncapi.json, catalogue.md.  The same program prints the\n"
    "          same bytes\n"
    "\n"
    "No bus is needed.  What only the bus knows (is the division one of this\n"
    "county, may this key publish that) check does not find.\n"
    "\n"
    "  -o json   one object a line; also --json\n"
    "\n"
    "Exit codes: 0 done, 1 no such message, or FILE has faults, 2 wrong\n"
    "usage, 3 cannot read or write.\n";

static enum rc
write_file(const char *dir, const char *name, const char *ending,
    struct buf *text, struct err *e)
{
	char path[PATH_MAX];
	FILE *f;
	bool ok;

	must(!text->failed);
	(void)snprintf(path, sizeof(path), "%s/%s%s", dir, name, ending);
	f = fopen(path, "w");
	if (f == NULL)
		return err_set(e, RC_REJECT, "%s: %s", path, strerror(errno));
	ok = fwrite(text->p, 1, text->n, f) == text->n;
	ok = fclose(f) == 0 && ok;
	buf_reset(text);
	return ok ? RC_OK
		  : err_set(e, RC_REJECT, "%s: %s", path, strerror(errno));
}

static enum rc
write_schemas(const char *dir, struct buf *text, size_t *n, struct err *e)
{
	static const struct msg_desc *const around[] = { &msg_envelope_desc,
		&msg_sealed_report_desc };

	for (size_t i = 0; i < msg_count + ARRAY_LEN(around); i++) {
		const struct msg_desc *d =
		    i < msg_count ? msg_all[i] : around[i - msg_count];

		schema_of(d, text);
		TRY(write_file(dir, d->type, ".json", text, e));
		++*n;
	}
	return RC_OK;
}

enum rc
schemas_write(const char *dir, size_t *n_files, struct err *e)
{
	AUTO(buf_fini) struct buf text;
	size_t n = 0;

	buf_init(&text, FILE_MAX);
	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		return err_set(e, RC_REJECT, "%s: %s", dir, strerror(errno));
	TRY(write_schemas(dir, &text, &n, e));
	schemas_asyncapi(&text);
	TRY(write_file(dir, "asyncapi", ".json", &text, e));
	schemas_catalogue(&text);
	TRY(write_file(dir, "catalogue", ".md", &text, e));
	*n_files = n + 2;
	return RC_OK;
}

static int
print(const char *dir)
{
	size_t n_files = 0;
	struct err e;

	if (schemas_write(dir, &n_files, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	cli_say("%zu files in %s", n_files, dir);
	return EXIT_OK;
}

static int
wrong(const char *what)
{
	cli_say("schema: %s; huying schema --help tells more", what);
	return EXIT_USAGE;
}

int
cmd_schema(int argc, char **argv)
{
	bool commands = false, facts = false, json = false;
	const char *format = NULL, *words[1 + PATTERNS_MAX] = { NULL };
	const struct option_row rows[] = {
		{ "--commands", NULL, &commands },
		{ "--facts", NULL, &facts },
		{ "-o", &format, NULL },
		{ "--json", NULL, &json },
	};
	const struct options o = { usage, rows, ARRAY_LEN(rows), words,
		ARRAY_LEN(words) };
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0 || (code = cli_json(format, argv[0], &json)) >= 0)
		return code;
	if (n == 0)
		return wrong("ls, show, check or print?");
	if (strcmp(words[0], "ls") == 0 && !(commands && facts))
		return schema_ls(words + 1, n - 1,
		    commands ? MSG_COMMAND
		    : facts  ? MSG_FACT
			     : MSG_RECORD,
		    json);
	if (strcmp(words[0], "print") == 0 && n <= 2)
		return print(n == 2 ? words[1] : PUBLISHED);
	if (n != 2)
		return wrong("it takes one word more, and no other");
	if (strcmp(words[0], "show") == 0)
		return schema_show(words[1], json);
	if (strcmp(words[0], "check") == 0)
		return schema_check(words[1], json);
	return wrong("ls, show, check or print?");
}
