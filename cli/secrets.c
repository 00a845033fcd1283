/* huying secrets: what an installation must keep to itself, made once. */
#include "cli/cli.h"

#include "cli/roles.h"
#include "common/base/file.h"
#include "common/bus/curve.h"
#include "services/intake/vault_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PASSWORD_BYTES 24
#define PASSWORD_TEXT (2 * PASSWORD_BYTES + 1)

static const char usage[] =
    "usage: huying secrets DIR [--owner UID:GID]\n"
    "\n"
    "Makes the files that an installation in containers must keep to itself,\n"
    "each unless it is there: nothing is ever written over.\n"
    "\n"
    "  postgres.password        of the database's owner, for its own "
    "container\n"
    "  grafana.password         of its admin, where that runs\n"
    "  huying*.pgpass           each role's password, as libpq reads it\n"
    "  intake.key, intake.pub   open and seal the sealed parts of events\n"
    "  vault.key                locks up who reported\n"
    "  bus.key                  the bus's own, for its TCP endpoints\n"
    "\n"
    "  --owner UID:GID          who runs the services; as root only\n"
    "\n"
    "Keep a copy of vault.key and intake.key where the data's backups are\n"
    "not: without them nobody can tell who reported.\n"
    "\n"
    "Exit codes: 0 all are there, 2 wrong usage, 3 one cannot be written.\n";

struct place_of_secrets {
	const char *dir;
	long uid, gid; /* -1: as they are */
};

static enum rc
path_of(const struct place_of_secrets *s, const char *name, char path[PATH_MAX],
    struct err *e)
{
	return snprintf(path, PATH_MAX, "%s/%s", s->dir, name) < PATH_MAX
		   ? RC_OK
		   : err_set(e, RC_FATAL, "%s: the path is too long", s->dir);
}

/* A new file of TEXT, flushed; one of that name stays as it is. */
static enum rc
keep(const struct place_of_secrets *s, const char *name, mode_t mode,
    const char *text, struct err *e)
{
	char path[PATH_MAX];
	size_t n = strlen(text);
	bool kept;
	int fd;

	TRY(path_of(s, name, path, e));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? RC_OK
				       : err_set(e, RC_FATAL, "%s: %m", path);
	kept = write(fd, text, n) == (ssize_t)n && fchmod(fd, mode) == 0 &&
	       fsync(fd) == 0;
	(void)close(fd);
	if (!kept)
		return err_set(e, RC_FATAL, "%s: %m", path);
	return RC_OK;
}

static void
new_password(char text[PASSWORD_TEXT])
{
	unsigned char random[PASSWORD_BYTES];

	randombytes_buf(random, sizeof(random));
	(void)sodium_bin2hex(text, PASSWORD_TEXT, random, sizeof(random));
	sodium_memzero(random, sizeof(random));
}

/* The owner's password is in two files, one for each side. */
static enum rc
keep_owner(
    const struct place_of_secrets *s, char text[PASSWORD_TEXT], struct err *e)
{
	char path[PATH_MAX];
	struct buf kept;
	enum rc rc;

	TRY(keep(s, "postgres.password", 0644, text, e));
	TRY(path_of(s, "postgres.password", path, e));
	buf_init(&kept, PASSWORD_TEXT);
	rc = file_read(path, PASSWORD_TEXT - 1, &kept, e);
	if (rc == RC_OK && (kept.n == 0 || kept.n >= PASSWORD_TEXT))
		rc = err_set(e, RC_FATAL, "%s: not as it was made", path);
	if (rc == RC_OK)
		(void)snprintf(
		    text, PASSWORD_TEXT, "%.*s", STR_ARG(buf_get(&kept)));
	buf_fini(&kept);
	return rc;
}

static enum rc
keep_passwords(const struct place_of_secrets *s, struct err *e)
{
	char text[PASSWORD_TEXT], line[256], name[64];
	enum rc rc = RC_OK;

	for (size_t i = 0; i < ROLES && rc == RC_OK; i++) {
		new_password(text);
		if (i == 0)
			TRY(keep_owner(s, text, e));
		(void)snprintf(
		    line, sizeof(line), "*:*:*:%s:%s\n", role_names[i], text);
		(void)snprintf(name, sizeof(name), "%s.pgpass", role_names[i]);
		rc = keep(s, name, 0600, line, e);
	}
	new_password(text);
	if (rc == RC_OK)
		rc = keep(s, "grafana.password", 0644, text, e);
	sodium_memzero(text, sizeof(text));
	sodium_memzero(line, sizeof(line));
	return rc;
}

static enum rc
keep_bus_key(const struct place_of_secrets *s, struct err *e)
{
	char path[PATH_MAX];
	struct curve_key key;
	enum rc rc;

	TRY(path_of(s, "bus.key", path, e));
	curve_new(&key, "bus", "");
	rc = curve_write(path, &key, e);
	curve_fini(&key);
	return rc == RC_REJECT ? RC_OK : rc; /* it is there */
}

static enum rc
give(const struct place_of_secrets *s, struct err *e)
{
	static const char *const keys[] = { "intake.key", "intake.pub",
		"vault.key", "bus.key", "postgres.password",
		"grafana.password" };
	char path[PATH_MAX], name[64];

	if (s->uid < 0)
		return RC_OK;
	for (size_t i = 0; i < ARRAY_LEN(keys) + ROLES; i++) {
		(void)snprintf(name, sizeof(name), "%s%s",
		    i < ROLES ? role_names[i] : keys[i - ROLES],
		    i < ROLES ? ".pgpass" : "");
		TRY(path_of(s, name, path, e));
		if (chown(path, (uid_t)s->uid, (gid_t)s->gid) != 0)
			return err_set(e, RC_FATAL, "%s: %m", path);
	}
	return RC_OK;
}

static enum rc
keep_all(const struct place_of_secrets *s, struct err *e)
{
	if (mkdir(s->dir, 0700) != 0 && errno != EEXIST)
		return err_set(e, RC_FATAL, "%s: %m", s->dir);
	TRY(keep_passwords(s, e));
	TRY(vault_keys_new(s->dir, e));
	TRY(keep_bus_key(s, e));
	return give(s, e);
}

static bool
read_owner(const char *text, struct place_of_secrets *s)
{
	char *end;

	s->uid = strtol(text, &end, 10);
	if (end == text || *end != ':' || s->uid < 0)
		return false;
	text = end + 1;
	s->gid = strtol(text, &end, 10);
	return end != text && *end == '\0' && s->gid >= 0;
}

int
cmd_secrets(int argc, char **argv)
{
	const char *words[1] = { NULL }, *owner = NULL;
	const struct option_row rows[] = { { "--owner", &owner, NULL } };
	const struct options o = { usage, rows, ARRAY_LEN(rows), words, 1 };
	struct place_of_secrets s = { .uid = -1 };
	struct err e;
	size_t n;
	int code = options_parse(&o, argc, argv, &n);

	if (code >= 0)
		return code;
	if (n != 1 || (owner != NULL && !read_owner(owner, &s))) {
		(void)fputs(usage, stderr);
		return EXIT_USAGE;
	}
	s.dir = words[0];
	if (keep_all(&s, &e) != RC_OK) {
		cli_say("%s", e.text);
		return EXIT_CONNECT;
	}
	printf("%s: all secrets are there\n", s.dir);
	return EXIT_OK;
}
