/*
 * huying backup and restore: what they share.
 *
 * A backup is a folder: what pg_dump wrote, and a manifest that says what
 * the database held at that very moment.
 */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include "cli/cli.h"
#include "cli/json_out.h"

#define BACKUP_FORMAT 1
#define BACKUP_DUMP "database.dump"
#define BACKUP_MANIFEST "manifest.json"
#define BACKUP_TEXT_MAX ((size_t)4 << 20)
#define BACKUP_SNAPSHOT 64

/*
 * backup_state.c: opens a transaction of one snapshot, whose name pg_dump
 * takes; it stays open, however long, until the connection is closed.
 */
enum rc backup_state_open(
    struct db *db, char snapshot[BACKUP_SNAPSHOT], struct err *e) MUST_CHECK;
/*
 * What that snapshot holds, as JSON: the journal's head and last hash, the
 * keys that its vault needs, and of every table its rows and their digest.
 */
enum rc backup_state(struct db *db, struct json_out *j, const char *key,
    struct err *e) MUST_CHECK;

/* backup_tool.c: pg_dump or pg_restore of the newest PostgreSQL here. */
int backup_tool_start(const char *const *argv, struct err *e);
/* Whether it ended well. */
enum rc backup_tool_end(int pid, const char *name, struct err *e) MUST_CHECK;
/* SHA-256 of a file, and its size. */
enum rc backup_hash_file(
    const char *path, char hex[65], int64_t *bytes, struct err *e) MUST_CHECK;
/* Backups of one folder: their names, in the order of time. */
#define BACKUP_NAMES "%Y%m%dT%H%M%SZ"
#define BACKUP_NAME sizeof("20260318T093000Z")
#define BACKUP_PARTIAL ".partial"

/* backup_keep.c: what was left half done goes; so does one that failed. */
enum rc backup_keep_sweep(const char *dir, struct err *e) MUST_CHECK;
/* The newest N stay, the others go. */
enum rc backup_keep_newest(const char *dir, size_t n, struct err *e) MUST_CHECK;
/* The name of the newest one; RC_GONE: there is none. */
enum rc backup_keep_last(
    const char *dir, char name[BACKUP_NAME], struct err *e) MUST_CHECK;

/* FOLDER/NAME */
enum rc backup_path(const char *folder, const char *name, char path[PATH_MAX],
    struct err *e) MUST_CHECK;
/* 12.3 MB */
const char *backup_size(int64_t bytes, char text[32]);

#endif
