/* A folder of backups: which stay. */
#include "cli/backup.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As BACKUP_NAMES makes them: nothing else is ours to remove. */
static bool
is_ours(const char *name)
{
	static const char form[] = "00000000T000000Z";
	size_t i = 0;

	while (form[i] != '\0' &&
	       (form[i] == '0' ? name[i] >= '0' && name[i] <= '9'
			       : name[i] == form[i]))
		i++;
	return form[i] == '\0' &&
	       (name[i] == '\0' || strcmp(name + i, BACKUP_PARTIAL) == 0);
}

static bool
is_partial(const char *name)
{
	return strchr(name, '.') != NULL;
}

static int
wanted(const struct dirent *entry)
{
	return is_ours(entry->d_name);
}

/* The files that we put in, and the folder if nothing else is there. */
static enum rc
drop(const char *dir, const char *name, struct err *e)
{
	static const char *const files[] = { BACKUP_DUMP, BACKUP_MANIFEST };
	char folder[PATH_MAX], path[PATH_MAX];

	TRY(backup_path(dir, name, folder, e));
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		TRY(backup_path(folder, files[i], path, e));
		if (unlink(path) != 0 && errno != ENOENT)
			return err_set(e, RC_FATAL, "%s: %m", path);
	}
	return rmdir(folder) == 0 ? RC_OK
				  : err_set(e, RC_FATAL, "%s: %m", folder);
}

/* Those that are PARTIAL or not, but for the newest N. */
static enum rc
drop_older(const char *dir, bool partial, size_t n, struct err *e)
{
	struct dirent **list = NULL;
	int found = scandir(dir, &list, wanted, alphasort);
	size_t stay = 0;
	enum rc rc = found < 0 ? err_set(e, RC_FATAL, "%s: %m", dir) : RC_OK;

	for (int i = found - 1; i >= 0; i--) {
		if (rc == RC_OK && is_partial(list[i]->d_name) == partial &&
		    ++stay > n)
			rc = drop(dir, list[i]->d_name, e);
		free(list[i]);
	}
	free(list);
	return rc;
}

enum rc
backup_keep_sweep(const char *dir, struct err *e)
{
	return drop_older(dir, true, 0, e);
}

enum rc
backup_keep_newest(const char *dir, size_t n, struct err *e)
{
	return drop_older(dir, false, n, e);
}

enum rc
backup_keep_last(const char *dir, char name[BACKUP_NAME], struct err *e)
{
	struct dirent **list = NULL;
	int found = scandir(dir, &list, wanted, alphasort);

	name[0] = '\0';
	for (int i = found - 1; i >= 0; i--) {
		if (name[0] == '\0' && !is_partial(list[i]->d_name))
			(void)snprintf(
			    name, BACKUP_NAME, "%.16s", list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return name[0] != '\0' ? RC_OK
			       : err_set(e, RC_GONE, "%s holds no backup", dir);
}
