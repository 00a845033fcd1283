#include "common/conf/conf.h"

#include "common/base/log.h"
#include "common/base/notify.h"

#include <errno.h>
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

/* What a policy may say. */
static const struct {
	const char *env;
	const char *values[5]; /* the first unless something else is said */
} policies[] = {
	{ "HUYING_LOG_LEVEL", { "info", "debug", "warn", "error" } },
	{ "HUYING_LOG_FORMAT", { "logfmt", "json" } },
};

static bool
is_value(size_t policy, const char *text)
{
	const char *const *v = policies[policy].values;

	while (*v != NULL && strcmp(*v, text) != 0)
		v++;
	return *v != NULL;
}

/* One line, without its end; blank lines and comments say nothing. */
static bool
take_policy(char *line, char said[2][16])
{
	char *value = strchr(line, '=');

	line[strcspn(line, "\r\n")] = '\0';
	if (line[strspn(line, " \t")] == '\0' || line[0] == '#')
		return true;
	if (value == NULL)
		return false;
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		if (strcmp(line, policies[i].env) == 0 && is_value(i, value)) {
			(void)snprintf(said[i], sizeof(said[i]), "%s", value);
			return true;
		}
	return false;
}

static enum rc
read_policy(struct conf *c, struct err *e)
{
	char line[256], said[2][16];
	enum rc rc = RC_OK;
	FILE *f;

	if (c->policy[0] == '\0')
		return RC_OK;
	for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
		const char *set = getenv(policies[i].env);

		(void)snprintf(said[i], sizeof(said[i]), "%s",
		    set != NULL ? set : policies[i].values[0]);
	}
	f = fopen(c->policy, "re");
	if (f == NULL)
		return err_set(
		    e, RC_FATAL, "%s: %s", c->policy, strerror(errno));
	for (int n = 1; rc == RC_OK && fgets(line, sizeof(line), f) != NULL;
	     n++)
		if (!take_policy(line, said))
			rc = err_set(e, RC_FATAL,
			    "%s:%d: no policy; there are HUYING_LOG_LEVEL and "
			    "HUYING_LOG_FORMAT",
			    c->policy, n);
	(void)fclose(f);
	if (rc != RC_OK)
		return rc;
	memcpy(c->said, said, sizeof(said));
	c->log_level = c->said[0];
	c->log_format = c->said[1];
	return RC_OK;
}

enum rc
conf_policy(struct conf *c, struct err *e)
{
	TRY(read_policy(c, e));
	log_policy(
	    log_level_of(c->log_level), strcmp(c->log_format, "json") == 0);
	return RC_OK;
}

void
conf_reload(struct conf *c)
{
	struct err e;

	notify_reloading();
	if (conf_policy(c, &e) == RC_OK)
		log_event(LEVEL_INFO, "policy.loaded",
		    "log_level=%s log_format=%s", c->log_level, c->log_format);
	else
		log_why(LEVEL_ERROR, "policy.refused", e.text);
	notify_say("READY=1");
}

static enum rc
check_policies(const struct conf *c, struct err *e)
{
	const char *const set[] = { c->log_level, c->log_format };

	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		if (!is_value(i, set[i]))
			return err_set(e, RC_FATAL, "%s cannot be %s",
			    policies[i].env, set[i]);
	return RC_OK;
}

enum rc
conf_load(struct conf *c, struct err *e)
{
	TRY(refuse_unknown(e));
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *v = getenv(rows[i].env);

		*place(c, &rows[i]) = v != NULL ? v : rows[i].preset;
	}
	TRY(check_policies(c, e));
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
