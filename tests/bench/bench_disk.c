/*
 * What a flush costs: 8 KiB written at the end of a file and fdatasync(), as
 * PostgreSQL does for a commit, for a second.
 *
 *   bench_disk DIRECTORY
 */
#include "common/base/clock.h"
#include "tests/bench/report.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MEASURE_US 1000000
#define FILE_BYTES (16 * 1024 * 1024) /* a segment of the WAL */

int
main(int argc, char **argv)
{
	static char page[8192];
	struct hist *h = xcalloc(1, sizeof(*h));
	char path[4096];
	int64_t end;
	off_t at = 0;
	int fd;

	if (argc != 2)
		return 2;
	(void)snprintf(path, sizeof(path), "%s/fdatasync.XXXXXX", argv[1]);
	fd = mkstemp(path);
	if (fd < 0 || posix_fallocate(fd, 0, FILE_BYTES) != 0 || fsync(fd) != 0)
		die(path, "cannot be written");
	(void)unlink(path);
	end = clock_mono_us() + MEASURE_US;
	for (int64_t now = 0; now < end;) {
		int64_t began = clock_mono_us();

		if (pwrite(fd, page, sizeof(page), at) != sizeof(page) ||
		    fdatasync(fd) != 0)
			die(path, "cannot be flushed");
		at = (at + (off_t)sizeof(page)) % FILE_BYTES;
		now = clock_mono_us();
		hist_add(h, now - began);
	}
	report("disk.flush.p50", NULL, (double)hist_at(h, 0.5), "us");
	report("disk.flush.p99", NULL, (double)hist_at(h, 0.99), "us");
	free(h);
	(void)close(fd);
	return 0;
}
