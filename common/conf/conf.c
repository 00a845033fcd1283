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

/* What was not set follows from where the others are. */
static void
endpoints(struct conf *c)
{
	const struct {
		const char **ipc;
		const char **tcp;
		const char *name;
		int port;
	} ends[] = {
		{ &c->publish, &c->publish_tcp, "publish", 7401 },
		{ &c->live, &c->live_tcp, "live", 7402 },
		{ &c->log, &c->log_tcp, "log", 7403 },
		{ &c->ring, &c->ring_tcp, "ring", 7404 },
	};
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		char *ipc = c->text[n++], *tcp = c->text[n++];

		(void)snprintf(ipc, sizeof(c->text[0]), "ipc://%s/%s", c->run,
		    ends[i].name);
		(void)snprintf(tcp, sizeof(c->text[0]), "tcp://%s:%d", c->tcp,
		    ends[i].port);
		if ((*ends[i].ipc)[0] == '\0')
			*ends[i].ipc = ipc;
		if ((*ends[i].tcp)[0] == '\0' && c->tcp[0] != '\0')
			*ends[i].tcp = tcp;
	}
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
	if (strlen(c->tcp) > 100)
		return err_set(
		    e, RC_FATAL, "HUYING_TCP is longer than 100 bytes");
	endpoints(c);
	return RC_OK;
}

void
conf_print(const struct conf *c)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		printf("%-20s %-32s %s\n", rows[i].env,
		    *place((struct conf *)(uintptr_t)c, &rows[i]), rows[i].doc);
}
