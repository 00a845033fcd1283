#include "common/conf/conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off */
static const struct row {
	const char *env;
	const char *preset;
	const char *doc;
	size_t offset;
} rows[] = {
#define CONF(name, env, preset, doc) { env, preset, doc, offsetof(struct conf, name) },
#include "common/conf/conf.def"
#undef CONF
};
/* clang-format on */

static const char **
place(struct conf *c, const struct row *r)
{
	return (const char **)(void *)((char *)c + r->offset);
}

static bool
is_declared(const char *entry)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].env);

		if (strncmp(entry, rows[i].env, n) == 0 && entry[n] == '=')
			return true;
	}
	return false;
}

static enum rc
refuse_unknown(struct err *e)
{
	for (char **v = environ; *v != NULL; v++)
		if (strncmp(*v, "HUYING_", 7) == 0 && !is_declared(*v))
			return err_set(e, RC_FATAL,
			    "unknown setting %.*s in the environment",
			    (int)strcspn(*v, "="), *v);
	return RC_OK;
}

static void
endpoint(
    const struct conf *c, const char **set, char text[160], const char *name)
{
	if ((*set)[0] != '\0')
		return;
	(void)snprintf(text, 160, "ipc://%s/%s", c->run, name);
	*set = text;
}

enum rc
conf_load(struct conf *c, struct err *e)
{
	TRY(refuse_unknown(e));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *v = getenv(rows[i].env);

		*place(c, &rows[i]) = v != NULL ? v : rows[i].preset;
	}
	/* A unix socket's path holds 107 bytes. */
	if (strlen(c->run) > 95)
		return err_set(
		    e, RC_FATAL, "HUYING_RUN is longer than 95 bytes");
	endpoint(c, &c->publish, c->text[0], "publish");
	endpoint(c, &c->live, c->text[1], "live");
	endpoint(c, &c->log, c->text[2], "log");
	endpoint(c, &c->ring, c->text[3], "ring");
	return RC_OK;
}

void
conf_print(const struct conf *c)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		printf("%-20s %-32s %s\n", rows[i].env,
		    *place((struct conf *)(uintptr_t)c, &rows[i]), rows[i].doc);
}
