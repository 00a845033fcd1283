#include "common/base/file.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

void
file_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

enum rc
file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	FILE *f = fopen(path, "rbe");
	char piece[16384];
	size_t left = max + 1, n;
	bool bad;

	if (f == NULL)
		return err_set(e,
		    errno == ENOENT || errno == ENOTDIR ? RC_GONE : RC_FATAL,
		    "cannot open %s: %m", path);
	do {
		n = fread(
		    piece, 1, left < sizeof(piece) ? left : sizeof(piece), f);
		buf_put(out, piece, n);
		left -= n;
	} while (n > 0 && left > 0);
	bad = ferror(f) != 0;
	(void)fclose(f);
	return bad ? err_set(e, RC_FATAL, "cannot read %s", path) : RC_OK;
}
