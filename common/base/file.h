/* Files: closed with their scope, read as a whole. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "common/base/buf.h"

/* AUTO(file_close) int fd = -1; */
void file_close(int *fd);
/*
 * All of PATH behind what OUT has, at most MAX bytes and one more: then it is
 * too long, and the caller says so.  RC_GONE: there is no such file.
 */
enum rc file_read(
    const char *path, size_t max, struct buf *out, struct err *e) MUST_CHECK;

#endif
