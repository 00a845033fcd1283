/* A directory for a spool, and events that are known by their number. */
#ifndef TESTS_LIB_SPOOLDIR_H
#define TESTS_LIB_SPOOLDIR_H

#include "common/bus/spool.h"

#define SPOOLDIR_ROOM ((int64_t)64 << 20)
#define SPOOLDIR_FIRST "events-0000000000000000001"

extern char spooldir[64];

/* For cmocka: an empty directory, and its end. */
int spooldir_setup(void **state);
int spooldir_teardown(void **state);
void spooldir_empty(void);
void spooldir_path(char out[200], const char *name);

/* Fails the test when it cannot. */
struct spool *spooldir_open(int64_t room);
/* Event N has bytes of its own, and every third a sealed part. */
struct str spooldir_body(int64_t n, char text[512]);
/* Its number in the spool. */
int64_t spooldir_append(struct spool *s, int64_t n);
/*
 * Number of the next event, whose bytes must be its own; 0: none; below 0:
 * it is damaged.
 */
int64_t spooldir_next(struct spool *s);

/* A file of the directory, as it was loaded. */
struct spooldir_file {
	char path[200];
	char *bytes;
	size_t n;
};
struct spooldir_file spooldir_load(const char *name);
/* Its first N bytes. */
void spooldir_store(const struct spooldir_file *f, size_t n);
bool spooldir_holds(const struct spooldir_file *f, const char *text);

#endif
