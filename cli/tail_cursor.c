#include "cli/tail_cursor.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

bool
place_parse(struct str text, struct tail_place *out)
{
	size_t colon = str_find(text, ':');
	struct tail_place p;

	if (colon == text.n || !str_i64(str_cut(text, 0, colon), &p.epoch) ||
	    !str_i64(str_cut(text, colon + 1, text.n), &p.seq) || p.epoch < 1 ||
	    p.seq < 0 || p.seq == INT64_MAX)
		return false;
	*out = p;
	return true;
}

const char *
place_format(const struct tail_place *p, char text[PLACE_TEXT])
{
	(void)snprintf(text, PLACE_TEXT, "%lld:%lld", (long long)p->epoch,
	    (long long)p->seq);
	return text;
}

enum rc
cursor_read(const char *path, struct tail_place *out, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[PLACE_TEXT + 2];
	struct str s = { text, 0 };
	ssize_t n;

	if (fd < 0)
		return err_set(e, errno == ENOENT ? RC_GONE : RC_FATAL,
		    "%s: %s", path, strerror(errno));
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	if (n < 0)
		return err_set(e, RC_FATAL, "%s: %s", path, strerror(errno));
	s.n = (size_t)n;
	if (n == 0)
		return err_set(e, RC_GONE, "%s: is empty", path);
	if (text[n - 1] == '\n')
		s.n--;
	return place_parse(s, out)
		   ? RC_OK
		   : err_set(e, RC_REJECT,
			 "%s: holds no cursor such as 1:417; remove it to "
			 "begin anew",
			 path);
}

/* The name in the folder is durable only when the folder is. */
static bool
sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd;
	bool ok;

	(void)snprintf(folder, sizeof(folder), "%s", path);
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ok = fsync(fd) == 0;
	(void)close(fd);
	return ok;
}

static bool
write_whole(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	size_t n = strlen(text);
	bool ok;

	if (fd < 0)
		return false;
	ok = write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	return close(fd) == 0 && ok;
}

enum rc
cursor_write(const char *path, const struct tail_place *p, struct err *e)
{
	char place[PLACE_TEXT], line[PLACE_TEXT + 2], fresh[PATH_MAX];
	int n = snprintf(fresh, sizeof(fresh), "%s.%d", path, (int)getpid());

	if (n < 0 || (size_t)n >= sizeof(fresh))
		return err_set(e, RC_FATAL, "%s: too long a name", path);
	(void)snprintf(line, sizeof(line), "%s\n", place_format(p, place));
	if (write_whole(fresh, line) && rename(fresh, path) == 0 &&
	    sync_folder(path))
		return RC_OK;
	n = errno;
	(void)unlink(fresh);
	return err_set(e, RC_FATAL, "%s: %s", path, strerror(n));
}
