/* PostgreSQL's own tools, and what is in files. */
#include "cli/backup.h"

#include "common/base/file.h"
#include "common/base/id.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVERS "/usr/lib/postgresql"

/* Debian keeps each version's tools apart; the newest reads every older. */
static const char *
tool_path(const char *name, char path[PATH_MAX])
{
	DIR *dir = opendir(SERVERS);
	const struct dirent *entry;
	long newest = 0, version;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char its[PATH_MAX];

		version = strtol(entry->d_name, NULL, 10);
		(void)snprintf(its, sizeof(its), SERVERS "/%s/bin/%s",
		    entry->d_name, name);
		if (version > newest && access(its, X_OK) == 0) {
			newest = version;
			(void)snprintf(path, PATH_MAX, "%s", its);
		}
	}
	if (dir != NULL)
		(void)closedir(dir);
	return newest > 0 ? path : name;
}

int
backup_tool_start(const char *const *argv, struct err *e)
{
	char path[PATH_MAX];
	const char *file = tool_path(argv[0], path);
	pid_t pid = fork();

	if (pid == 0) {
		(void)execvp(file, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0)
		(void)err_set(e, RC_FATAL, "%s cannot be started: %m", argv[0]);
	return pid;
}

enum rc
backup_tool_end(int pid, const char *name, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) != pid)
		if (errno != EINTR)
			return err_set(e, RC_FATAL, "%s: %m", name);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(e, RC_FATAL,
		    "there is no %s here (Debian: postgresql-client)", name);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return err_set(e, RC_FATAL, "%s failed", name);
	return RC_OK;
}

enum rc
backup_hash_file(const char *path, char hex[65], int64_t *bytes, struct err *e)
{
	AUTO(file_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char piece[65536], hash[HASH_LEN];
	crypto_hash_sha256_state state;
	ssize_t n = fd < 0 ? -1 : 0;

	*bytes = 0;
	(void)crypto_hash_sha256_init(&state);
	while (fd >= 0 && (n = read(fd, piece, sizeof(piece))) > 0) {
		(void)crypto_hash_sha256_update(&state, piece, (size_t)n);
		*bytes += n;
	}
	if (n < 0)
		return err_set(e, RC_FATAL, "%s: %m", path);
	(void)crypto_hash_sha256_final(&state, hash);
	(void)id_hex(hash, hex);
	return RC_OK;
}

enum rc
backup_path(
    const char *folder, const char *name, char path[PATH_MAX], struct err *e)
{
	return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX
		   ? RC_OK
		   : err_set(e, RC_FATAL, "%s: the path is too long", folder);
}

const char *
backup_size(int64_t bytes, char text[32])
{
	(void)snprintf(text, 32, "%.1f MB", (double)bytes / 1e6);
	return text;
}
