#include "common/bus/curve.h"

#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define FILE_BYTES 4096
#define KEY_CHARS (CURVE_TEXT - 1)

bool
curve_is_key(struct str text)
{
	char z[CURVE_TEXT];
	uint8_t bytes[32];

	if (text.n != KEY_CHARS)
		return false;
	memcpy(z, text.p, KEY_CHARS);
	z[KEY_CHARS] = '\0';
	return strlen(z) == KEY_CHARS && zmq_z85_decode(bytes, z) != NULL;
}

void
curve_new(struct curve_key *k, const char *name, const char *server_key)
{
	*k = (struct curve_key){ .name = "" };
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	(void)snprintf(k->server_key, sizeof(k->server_key), "%s", server_key);
	must(zmq_curve_keypair(k->public_key, k->secret_key) == 0);
}

void
curve_fini(struct curve_key *k)
{
	sodium_memzero(k, sizeof(*k));
}

/* The blanks around a word, and the quotes around a value. */
static struct str
trimmed(struct str s, const char *what)
{
	while (s.n > 0 && strchr(what, s.p[0]) != NULL)
		s = str_cut(s, 1, s.n);
	while (s.n > 0 && strchr(what, s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

/* False when it was there before, or does not fit. */
static bool
take(char *to, size_t cap, struct str value)
{
	if (to[0] != '\0' || value.n == 0 || value.n >= cap)
		return false;
	memcpy(to, value.p, value.n);
	to[value.n] = '\0';
	return true;
}

/* One "name = value"; a line without "=" is the head of a section. */
static bool
take_line(struct curve_key *k, struct str line)
{
	size_t equal = str_find(line, '=');
	struct str key = trimmed(str_cut(line, 0, equal), " \t");
	struct str value;

	if (key.n == 0 || key.p[0] == '#' || equal == line.n)
		return true;
	value =
	    trimmed(trimmed(str_cut(line, equal + 1, line.n), " \t\r"), "\"");
	if (str_is(key, "name"))
		return take(k->name, sizeof(k->name), value);
	if (str_is(key, "public-key"))
		return take(k->public_key, sizeof(k->public_key), value);
	if (str_is(key, "secret-key"))
		return take(k->secret_key, sizeof(k->secret_key), value);
	if (str_is(key, "server-key"))
		return take(k->server_key, sizeof(k->server_key), value);
	return true;
}

static bool
parse(struct str text, struct curve_key *k)
{
	char derived[CURVE_TEXT];
	struct str line;

	*k = (struct curve_key){ .name = "" };
	while (str_next(&text, '\n', &line))
		if (!take_line(k, line))
			return false;
	return curve_is_key(str_of(k->public_key)) &&
	       curve_is_key(str_of(k->secret_key)) &&
	       (k->server_key[0] == '\0' ||
		   curve_is_key(str_of(k->server_key))) &&
	       zmq_curve_public(derived, k->secret_key) == 0 &&
	       strcmp(derived, k->public_key) == 0;
}

static bool
is_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	       (st.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

enum rc
curve_read(
    const char *path, const char *setting, struct curve_key *k, struct err *e)
{
	char text[FILE_BYTES];
	ssize_t n;
	bool sound;
	AUTO(file_close) int fd = -1;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, RC_FATAL, "%s: %s: %m", setting, path);
	if (!is_private(fd))
		return err_set(e, RC_FATAL,
		    "%s: %s may be read by others: chmod 600 it", setting,
		    path);
	n = read(fd, text, sizeof(text));
	sound = n > 0 && (size_t)n < sizeof(text) &&
		parse((struct str){ text, (size_t)n }, k);
	sodium_memzero(text, sizeof(text));
	if (sound)
		return RC_OK;
	curve_fini(k);
	return err_set(e, RC_FATAL,
	    "%s: %s is not a key file (public-key and secret-key that belong "
	    "together)",
	    setting, path);
}

/* The sections are those of czmq's certificates: other tools read it, too. */
static int
format(char text[FILE_BYTES], const struct curve_key *k)
{
	int n = snprintf(text, FILE_BYTES,
	    "# Secret.  Made once; nobody can show it again.\n"
	    "metadata\n"
	    "    name = \"%s\"\n"
	    "curve\n"
	    "    public-key = \"%s\"\n"
	    "    secret-key = \"%s\"\n",
	    k->name, k->public_key, k->secret_key);

	must(n > 0 && n < FILE_BYTES / 2);
	if (k->server_key[0] != '\0')
		n += snprintf(text + n, FILE_BYTES - (size_t)n,
		    "    server-key = \"%s\"\n", k->server_key);
	return n;
}

static bool
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;
	bool done;

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash == NULL   ? 1
	    : slash == path ? 1
			    : (int)(slash - path),
	    slash == NULL ? "." : path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	done = fd >= 0 && fsync(fd) == 0;
	file_close(&fd);
	return done;
}

enum rc
curve_write(const char *path, const struct curve_key *k, struct err *e)
{
	char text[FILE_BYTES];
	bool done;
	int n;
	AUTO(file_close) int fd = -1;

	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_set(
		    e, errno == EEXIST ? RC_REJECT : RC_FATAL, "%s: %m", path);
	n = format(text, k);
	done = fchmod(fd, 0600) == 0 && write(fd, text, (size_t)n) == n &&
	       fsync(fd) == 0 && sync_folder(path);
	sodium_memzero(text, sizeof(text));
	if (done)
		return RC_OK;
	(void)err_set(e, RC_FATAL, "%s: %m", path);
	(void)unlink(path);
	return RC_FATAL;
}
