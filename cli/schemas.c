/* huying schemas: the vocabulary as documents. */
#include "cli/schemas.h"

#include "cli/cli.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)4 << 20)
#define PUBLISHED "schemas/published"

static const char usage[] =
    "usage: huying schemas [DIR]\n\n"
    "Prints into DIR (schemas/published when left out): a JSON Schema for\n"
    "each message and for the envelope and the sealed part around it,\n"
    "asyncapi.json, catalogue.md.  The same program prints the same bytes.\n\n"
    "Exit codes: 0 written, 2 wrong usage, 3 cannot write.\n";

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

int
cmd_schemas(int argc, char **argv)
{
	const char *dir[1] = { PUBLISHED };
	struct options o = { .usage = usage, .words = dir, .words_max = 1 };
	size_t n_words, n_files = 0;
	struct err e;
	int code = options_parse(&o, argc, argv, &n_words);

	if (code >= 0)
		return code;
	if (schemas_write(dir[0], &n_files, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	cli_say("%zu files in %s", n_files, dir[0]);
	return EXIT_OK;
}
